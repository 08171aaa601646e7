import { createHash } from 'node:crypto';
import type { Queryable, Statement } from '../db/queryable.ts';
import type { OperationRequest, Reply } from './operation.ts';
import { HttpProblem, retryAfter } from './problem.ts';

/**
 * Long enough to be unique; clients mostly send UUIDs. The quotes are those of the IETF's draft (httpapi-idempotency-key-header),
 * whose keys are strings of structured fields (RFC 9651); most clients send none.
 */
export const IDEMPOTENCY_KEY_PATTERN = /^(?:[A-Za-z0-9._:-]{8,255}|"[A-Za-z0-9._:-]{8,255}")$/;

// A second request with the same key waits here until the first has ended, one way or the other.
const claim: Statement = {
  name: 'idempotency-claim',
  text: `INSERT INTO idempotency_keys (key, operation, request_hash) VALUES ($1, $2, $3)
         ON CONFLICT (key, operation) DO NOTHING RETURNING key`,
};
const find: Statement = {
  name: 'idempotency-find',
  text: 'SELECT request_hash, status, headers, body FROM idempotency_keys WHERE key = $1 AND operation = $2',
};
const store: Statement = {
  name: 'idempotency-store',
  text: 'UPDATE idempotency_keys SET status = $3, headers = $4, body = $5 WHERE key = $1 AND operation = $2',
};

interface StoredReply {
  readonly request_hash: string;
  readonly status: number;
  readonly headers: string;
  readonly body: string | null;
}

export interface KeyedRequest {
  readonly key: string;
  readonly operation: string;
  /** What a repeat must have in common with the first: path, body and preconditions. */
  readonly requestHash: string;
}

/** The request under its Idempotency-Key. Throws a 400 problem for a key that is no such thing. */
export function keyedRequest(
  key: string,
  operation: string,
  { path, body, headers }: Pick<OperationRequest<unknown, unknown, unknown>, 'path' | 'body' | 'headers'>,
): KeyedRequest {
  if (!IDEMPOTENCY_KEY_PATTERN.test(key)) {
    throw new HttpProblem(400, 'Idempotency-Key has to be 8 to 255 letters, digits or one of "._:-".');
  }
  const conditions = (['if-match', 'if-none-match'] as const).flatMap((name) => (headers[name] === undefined ? [] : [name, headers[name]]));
  const requestHash = createHash('sha256').update(JSON.stringify([path, body ?? null, ...conditions])).digest('base64url');
  return { key: key.replaceAll('"', ''), operation, requestHash };
}

/**
 * Does `work` once for each key: its answer is stored in the transaction of its effect, and given again to repeats.
 * Throws a 422 problem if the key was used for another request. Errors are not stored: their transaction is undone.
 */
export async function once(transaction: Queryable, request: KeyedRequest, work: () => Promise<Reply>): Promise<Reply> {
  const id = [request.key, request.operation];
  const claimed = await transaction.query(claim, [...id, request.requestHash]);
  if (claimed.length === 0) return replay(await transaction.query<StoredReply>(find, id), request);
  const reply = await work();
  await transaction.query(store, [...id, reply.status, JSON.stringify(reply.headers ?? {}), reply.json ?? null]);
  return reply;
}

function replay(rows: readonly StoredReply[], request: KeyedRequest): Reply {
  const [stored] = rows;
  if (stored === undefined) throw new HttpProblem(409, 'A request with this Idempotency-Key is being worked on.', { headers: retryAfter });
  if (stored.request_hash !== request.requestHash) {
    throw new HttpProblem(422, 'This Idempotency-Key was used for another request.', { kind: 'idempotency-key-reused' });
  }
  const headers = { ...(JSON.parse(stored.headers) as Record<string, string>), 'idempotent-replayed': 'true' };
  return stored.body === null ? { status: stored.status, headers } : { status: stored.status, headers, json: stored.body };
}
