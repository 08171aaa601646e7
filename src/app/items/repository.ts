import type { Queryable, Statement } from '../db/queryable.ts';
import type { Precondition } from '../http/etag.ts';
import type { ItemQuery, ItemUpdate, NewItem } from './schemas.ts';
import { startOf } from './cursor.ts';

/**
 * An item as PostgreSQL prints it: what clients get is `json`, unread. To fetch ten columns of fifty rows, make objects
 * of them and print those again cost six times the processor time of all else in a request.
 */
export interface ItemRow {
  readonly id: string;
  readonly version: number;
  readonly json: string;
}

/** Items that follow each other, `json` being theirs with commas between. */
export interface ItemSlice {
  readonly json: string;
  /** Null if there are none. */
  readonly lastId: string | null;
  /** Whether others follow. */
  readonly more: boolean;
}

export const ITEM_KEY_CONSTRAINT = 'items_key_unique';

const shown = `id, key, name, description, data, status, processed_count AS "processedCount", version,
  created_at AS "createdAt", updated_at AS "updatedAt"`;
const columns = `id, version, (SELECT row_to_json(item)::text FROM (SELECT ${shown}) item) AS json`;
const statement = (name: string, text: string): Statement => ({ name: `items-${name}`, text });
/** The condition that an item meets a precondition, by the names of the two parameters that this is. */
export const meets = (versions: string, otherThan: string): string =>
  `(${versions}::int[] IS NULL OR version = ANY(${versions})) AND (${otherThan}::int[] IS NULL OR version <> ALL(${otherThan}))`;

/**
 * A page ends where its items are more text than this, but not before its first: what a client is slow to read is kept until
 * it has, and a hundred of the largest items are 6.5 MB. Thirty such clients ended a replica.
 */
export const PAGE_MAX_BYTES = 1_000_000;

// Ids are UUIDs of version 7, so their order is that of creation. One row whatever the limit is, so that the driver has one
// to read. The one item too many tells that others follow: to ask whether any exists after the last one read the whole
// table, as the server does not use the index for that (8 ms at the end of 100,000 items, 0.3 ms with this).
// The inner ORDER BY keeps the server from printing each item twice, once to measure it.
const list = statement(
  'slice',
  `SELECT coalesce(string_agg(json, ',' ORDER BY id) FILTER (WHERE fits), '') AS json,
     (array_agg(id ORDER BY id))[count(*) FILTER (WHERE fits)] AS "lastId", count(*) > count(*) FILTER (WHERE fits) AS more
   FROM (
     SELECT id, json, row_number() OVER page <= $2 AND (row_number() OVER page = 1 OR sum(octet_length(json)) OVER page <= $3) AS fits
     FROM (
       SELECT id, row_to_json(item)::text AS json
       FROM (SELECT ${shown} FROM items WHERE id > $1 ORDER BY id LIMIT $2::int + 1) item
       ORDER BY id
     ) printed
     WINDOW page AS (ORDER BY id ROWS UNBOUNDED PRECEDING)
   ) measured`,
);
const byKey = statement('by-key', `SELECT json, id AS "lastId", false AS more FROM (SELECT ${columns} FROM items WHERE key = $1) item`);
const byId = statement('by-id', `SELECT ${columns} FROM items WHERE id = $1`);
// The same id again is the same request repeated after its connection broke: its first try did arrive.
const insert = statement(
  'insert',
  `INSERT INTO items (id, key, name, description, data) VALUES ($1, $2, $3, $4, $5)
   ON CONFLICT (id) DO UPDATE SET id = excluded.id RETURNING ${columns}`,
);
// In the order of their keys, or two of these that have two keys in common would wait for each other. One whose key is
// taken, or that an earlier try has inserted, is left out: `insert` then tells which of the two.
const insertAll = statement(
  'insert-all',
  `INSERT INTO items (id, key, name, description, data)
   SELECT id, key, name, description, data
   FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::json[]) AS item (id, key, name, description, data)
   ORDER BY key ON CONFLICT DO NOTHING RETURNING ${columns}`,
);
const update = statement(
  'update',
  `UPDATE items SET name = $2, description = $3, data = $4, version = version + 1, updated_at = now()
   WHERE id = $1 AND ${meets('$5', '$6')} RETURNING ${columns}`,
);
const remove = statement('remove', `DELETE FROM items WHERE id = $1 AND ${meets('$2', '$3')} RETURNING id`);

interface SliceSource {
  query(statement: Statement, values: readonly unknown[]): Promise<readonly ItemSlice[]>;
}

/** Up to `limit` items after the cursor, and up to PAGE_MAX_BYTES of them if they are more than one; or the one with the key. */
export async function listItems(connection: SliceSource, { key, cursor, limit }: ItemQuery): Promise<ItemSlice> {
  const [slice] = key === undefined ? await connection.query(list, [startOf(cursor), limit, PAGE_MAX_BYTES]) : await connection.query(byKey, [key]);
  return slice ?? { json: '', lastId: null, more: false };
}

export async function findItem(connection: Queryable, id: string): Promise<ItemRow | undefined> {
  return (await connection.query<ItemRow>(byId, [id]))[0];
}

/** Inserts, or finds what an earlier try with the same id inserted. Throws a unique violation of ITEM_KEY_CONSTRAINT. */
export async function insertItem(connection: Queryable, id: string, item: NewItem): Promise<ItemRow | undefined> {
  const values = [id, item.key ?? null, item.name, item.description ?? null, json(item.data)];
  return (await connection.query<ItemRow>(insert, values))[0];
}

/** Inserts several. The rows are in the order of the items; undefined for one that there is already, or whose key is taken. */
export async function insertItems(connection: Queryable, items: readonly (NewItem & { readonly id: string })[]): Promise<(ItemRow | undefined)[]> {
  const values = [
    items.map(({ id }) => id),
    items.map(({ key }) => key ?? null),
    items.map(({ name }) => name),
    items.map(({ description }) => description ?? null),
    items.map(({ data }) => json(data)),
  ];
  const rows = await connection.query<ItemRow>(insertAll, values);
  const byId = new Map(rows.map((row) => [row.id, row]));
  return items.map(({ id }) => byId.get(id));
}

/** Replaces the item if it has such a version. Undefined if there is no such item or version. */
export async function updateItem(
  connection: Queryable,
  id: string,
  item: ItemUpdate,
  { versions, otherThan }: Precondition,
): Promise<ItemRow | undefined> {
  const values = [id, item.name, item.description ?? null, json(item.data), versions, otherThan];
  return (await connection.query<ItemRow>(update, values))[0];
}

/** Whether there was an item with this id and such a version, which now is gone. */
export async function deleteItem(connection: Queryable, id: string, { versions, otherThan }: Precondition): Promise<boolean> {
  return (await connection.query(remove, [id, versions, otherThan])).length > 0;
}

const json = (data: unknown): string | null => (data === null || data === undefined ? null : JSON.stringify(data));
