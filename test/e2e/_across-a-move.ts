import https from 'node:https';
import { readVipHolders } from '../../src/runtime/observe/vip-holders.ts';
import type { Answer } from './_http.ts';
import { lock, sql } from './_inside.ts';
import { eventually, type Platform } from './_platform.ts';

const requestWithinMs = 10_000;
const askEachMs = 250;
const moveWithinMs = 30_000;

/** Whom the address is to leave, who could have it, and what moves it. */
export interface Move {
  readonly from: string;
  readonly nodes: readonly string[];
  readonly start: () => Promise<unknown>;
}

/**
 * Makes requests wait for a lock, one each quarter of a second, has the address moved meanwhile, and returns what those got
 * that its old holder had in hand then; it rejects where one of them got no answer. The statement's timeout (2 s) is an
 * answer too.
 */
export async function answersAcrossAMove(platform: Platform, move: Move): Promise<Answer[]> {
  const free = await lock(platform, 'LOCK TABLE items IN ACCESS EXCLUSIVE MODE');
  const asked: Promise<Asked>[] = [];
  const ask = () => void asked.push(askOnce(platform));
  ask();
  const asking = setInterval(ask, askEachMs);
  let moved: Moved | undefined;
  try {
    await eventually('a request to wait for the lock', requestWithinMs, async () =>
      (await sql(platform, "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%items%'")) === '0' ? undefined : true,
    );
    [moved] = await Promise.all([untilMoved(platform, move), move.start()]);
  } finally {
    clearInterval(asking);
    await free();
    await Promise.all(asked);
  }
  const { heldAtMs, seenAtMs } = moved;
  const inHand = (await Promise.all(asked)).filter(({ fromMs, toMs }) => fromMs < heldAtMs && toMs > seenAtMs);
  return inHand.map(({ answer }) => {
    if (answer instanceof Error) throw answer;
    return answer;
  });
}

interface Asked {
  readonly fromMs: number;
  readonly toMs: number;
  readonly answer: Answer | Error;
}

async function askOnce(platform: Platform): Promise<Asked> {
  const fromMs = performance.now();
  const answer = await platform.https('/items?limit=1').catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))));
  return { fromMs, toMs: performance.now(), answer };
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

/** When the old holder was seen to have the address for the last time, at the earliest, and another for the first. */
interface Moved {
  readonly heldAtMs: number;
  readonly seenAtMs: number;
}

async function untilMoved(platform: Platform, { from, nodes }: Move): Promise<Moved> {
  const containers = new Map(nodes.map((name) => [name, platform.container(name)]));
  let heldAtMs = performance.now();
  return eventually('the address to move', moveWithinMs, async () => {
    const lookedAtMs = performance.now();
    const { holders } = await readVipHolders(platform.engine, platform.vip, containers);
    if (holders.includes(from)) heldAtMs = lookedAtMs;
    return holders.length === 1 && !holders.includes(from) ? { heldAtMs, seenAtMs: performance.now() } : undefined;
  });
}
