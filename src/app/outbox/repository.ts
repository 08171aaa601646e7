import type { Queryable, Statement } from '../db/queryable.ts';

export interface OutboxEntry {
  readonly id: string;
  readonly job_id: string;
  readonly type: string;
  readonly item_id: string;
  readonly request_id: string | null;
  readonly traceparent: string | null;
}

// SKIP LOCKED: the relays of several replicas share the work without waiting for one another.
const claim: Statement = {
  name: 'outbox-claim',
  text: `SELECT o.id, o.job_id, j.type, j.item_id, j.request_id, j.traceparent
         FROM outbox o JOIN jobs j ON j.id = o.job_id
         ORDER BY o.id LIMIT $1 FOR UPDATE OF o SKIP LOCKED`,
};
const remove: Statement = { name: 'outbox-remove', text: 'DELETE FROM outbox WHERE id = ANY($1::bigint[])' };
const lag: Statement = {
  name: 'outbox-lag',
  text: `SELECT count(*)::int AS waiting, coalesce(extract(epoch FROM now() - min(created_at)), 0)::float8 AS age FROM outbox`,
};

/** Takes up to `limit` messages, oldest first, that no other relay has in hand; they stay locked until the transaction ends. */
export const claimOutbox = (transaction: Queryable, limit: number): Promise<OutboxEntry[]> =>
  transaction.query<OutboxEntry>(claim, [limit]);

/** Forgets messages that the broker has confirmed. */
export const removeFromOutbox = async (transaction: Queryable, ids: readonly string[]): Promise<void> => {
  await transaction.query(remove, [ids]);
};

/** How many messages wait and how long the oldest has, in seconds. */
export async function outboxLag(connection: Queryable): Promise<{ waiting: number; ageSeconds: number }> {
  const [row] = await connection.query<{ waiting: number; age: number }>(lag);
  return { waiting: row?.waiting ?? 0, ageSeconds: row?.age ?? 0 };
}
