/**
 * jobs.ts DATABASE COUNT TARGET…: asks for so many jobs over 16 connections and waits until all are done. Prints the
 * jobs a second from the first request to the last effect, as JSON. Runs in a container on the data network.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { Connection, requestText, targetOf } from './client.ts';

const [database = '', countText = '', ...targets] = process.argv.slice(2);
const count = Number(countText);
const connections = 16;
const withinMs = 120_000;
const lookEachMs = 25;

const db = new pg.Client({ host: 'db', user: 'haplat', database, password: readFileSync('/run/haplat/db-password', 'utf8').trim() });
await db.connect();
const { rows: items } = await db.query<{ id: string }>('SELECT id FROM items LIMIT 200');
const done = async () => Number((await db.query<{ n: string }>("SELECT count(*) AS n FROM jobs WHERE state = 'done'")).rows[0]?.n);
const before = await done();

let asked = 0;
let accepted = 0;
const startedAtMs = performance.now();
await Promise.all(
  Array.from({ length: connections }, async (_, index) => {
    const target = targetOf(targets[index % targets.length] ?? '');
    const connection = new Connection(target);
    while (asked < count) {
      const item = items[asked % items.length];
      asked += 1;
      if ((await connection.send(requestText(target, 'POST', `/items/${item?.id ?? ''}/process`))) === 202) accepted += 1;
    }
    connection.close();
  }),
);
const acceptedMs = performance.now() - startedAtMs;
while ((await done()) < before + accepted) {
  if (performance.now() - startedAtMs > withinMs) break;
  await pause(lookEachMs);
}
const finished = (await done()) - before;
const seconds = (performance.now() - startedAtMs) / 1000;
await db.end();
console.log(JSON.stringify({ accepted, finished, acceptedPerSecond: accepted / (acceptedMs / 1000), perSecond: finished / seconds }));
