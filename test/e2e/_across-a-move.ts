import https from 'node:https';
import { readVipHolders } from '../../src/runtime/status/vip-holders.ts';
import type { Answer } from './_http.ts';
import { lockFor, sql } from './_inside.ts';
import { eventually, type Platform } from './_platform.ts';

const lockSeconds = 20;
const requestWithinMs = 10_000;
const moveWithinMs = 30_000;

/** Whom the address is to leave, who could have it, and what moves it. */
export interface Move {
  readonly from: string;
  readonly nodes: readonly string[];
  readonly start: () => Promise<unknown>;
}

/**
 * Makes a request wait for a lock, has the address moved, and returns what the request got; it rejects where no answer
 * came. The statement's timeout (2 s) is an answer too.
 */
export async function answerAcrossAMove(platform: Platform, move: Move): Promise<{ answer: Answer; movedBefore: boolean }> {
  const { free } = await lockFor(platform, lockSeconds, 'LOCK TABLE items IN ACCESS EXCLUSIVE MODE');
  const lock = free.catch(() => undefined);
  let moved = false;
  const asking = platform.https('/items?limit=1').then((answer) => ({ answer, movedBefore: moved }));
  const failing = asking.catch(() => undefined);
  try {
    await eventually('the request to wait for the lock', requestWithinMs, async () =>
      (await sql(platform, "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%items%'")) === '0' ? undefined : true,
    );
    await Promise.all([
      move.start(),
      untilMoved(platform, move).then(() => {
        moved = true;
      }),
    ]);
  } finally {
    await sql(platform, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'test-lock'");
    await Promise.all([lock, failing]);
  }
  return asking;
}

/**
 * Sends half of a request, has the address moved, sends the other half over the same connection, and returns the status of
 * the answer; it rejects where the connection was reset.
 */
export async function sendAcrossAMove(platform: Platform, move: Move): Promise<number> {
  const body = JSON.stringify({ name: 'sent across a move' });
  const half = body.length / 2;
  const sending = https.request(`https://localhost:${platform.ports.https}/items`, {
    method: 'POST',
    agent: false,
    ca: await platform.ca(),
    headers: { 'content-type': 'application/json', 'content-length': body.length },
    signal: AbortSignal.timeout(moveWithinMs),
  });
  const answer = new Promise<number>((resolve, reject) => {
    sending.once('error', reject);
    sending.once('response', (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
  });
  const failing = answer.catch(() => undefined);
  await new Promise((resolve) => sending.write(body.slice(0, half), resolve));
  const starting = move.start();
  try {
    await untilMoved(platform, move);
    sending.end(body.slice(half));
    return await answer;
  } finally {
    sending.destroy();
    await Promise.all([starting, failing]);
  }
}

async function untilMoved(platform: Platform, { from, nodes }: Move): Promise<void> {
  const containers = new Map(nodes.map((name) => [name, platform.container(name)]));
  await eventually('the address to move', moveWithinMs, async () => {
    const { holders } = await readVipHolders(platform.engine, platform.vip, containers);
    return holders.length === 1 && !holders.includes(from) ? true : undefined;
  });
}
