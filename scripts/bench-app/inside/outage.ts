/**
 * outage.ts SECONDS TARGET: reads and writes in turns over 8 connections for so long. Prints of each request when it ended
 * (epoch milliseconds), how long it took and its status (0: none), as JSON. Runs in a container on the public network.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { Connection, requestText, targetOf } from './client.ts';

const [secondsText = '', text = ''] = process.argv.slice(2);
const target = targetOf(text);
const requests = [requestText(target, 'GET', '/items?limit=1'), requestText(target, 'POST', '/items', '{"name":"outage"}')];
const connections = 8;
/** Between an answer and the next request of a connection: some hundred requests a second, which leave the machine air. */
const restMs = 20;

const answers: [endedAtMs: number, tookMs: number, status: number][] = [];
const untilMs = performance.now() + Number(secondsText) * 1000;
await Promise.all(
  Array.from({ length: connections }, async (_, index) => {
    const connection = new Connection(target);
    for (let turn = index; performance.now() < untilMs; turn += 1) {
      const startedAtMs = performance.now();
      const status = await connection.send(requests[turn % requests.length] ?? '');
      const endedAtMs = performance.now();
      answers.push([performance.timeOrigin + endedAtMs, endedAtMs - startedAtMs, status]);
      await pause(restMs);
    }
    connection.close();
  }),
);
console.log(JSON.stringify(answers));
