import { readVipHolders } from '../../src/runtime/status/vip-holders.ts';
import type { Answer } from './_http.ts';
import { lockFor, sql } from './_inside.ts';
import { eventually, type Platform } from './_platform.ts';

const lockSeconds = 20;
const requestWithinMs = 10_000;
const moveWithinMs = 30_000;

/**
 * Makes a request wait for a lock, has the address moved from the node to another, and returns what the request got; it
 * rejects where no answer came. The statement's timeout (2 s) is an answer too.
 */
export async function answerAcrossAMove(platform: Platform, node: string, nodes: readonly string[], move: () => Promise<unknown>): Promise<{ answer: Answer; movedBefore: boolean }> {
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
      move(),
      eventually('the address to move', moveWithinMs, async () => {
        const { holders } = await readVipHolders(platform.engine, platform.vip, new Map(nodes.map((name) => [name, platform.container(name)])));
        moved = holders.length === 1 && !holders.includes(node);
        return moved ? true : undefined;
      }),
    ]);
  } finally {
    await sql(platform, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'test-lock'");
    await Promise.all([lock, failing]);
  }
  return asking;
}
