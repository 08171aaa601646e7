import { isUniqueViolation } from '../db/errors.ts';
import type { Queryable } from '../db/queryable.ts';
import { isOnlyIfAbsent, matchesIfNoneMatch, preconditionFailed, preconditionOf } from '../http/etag.ts';
import { operation, type Operation, type Reply } from '../http/operation.ts';
import { pageReply } from '../http/page.ts';
import { HttpProblem } from '../http/problem.ts';
import { itemEtag, itemPage } from './present.ts';
import { deleteItem, findItem, insertItem, insertItems, ITEM_KEY_CONSTRAINT, listItems, updateItem, type ItemRow } from './repository.ts';
import {
  itemPageSchema,
  itemParamsSchema,
  itemQuerySchema,
  itemSchema,
  itemUpdateSchema,
  newItemSchema,
  type NewItem,
} from './schemas.ts';

export const versionConflict = { description: 'It does not have a version that If-Match or If-None-Match asks for' };

const list = operation({
  id: 'listItems',
  method: 'get',
  path: '/items',
  summary: 'Items in the order of their creation, a page at a time',
  query: itemQuerySchema,
  responses: { 200: { description: 'A page of items', schema: itemPageSchema, headers: ['Link'] } },
  idempotent: true,
  shareable: true,
  async handle(connection, { query }) {
    return pageReply(itemPage(await listItems(connection, query)), `/items?limit=${query.limit}`);
  },
});

const create = operation({
  id: 'createItem',
  method: 'post',
  path: '/items',
  summary: 'Create an item',
  body: newItemSchema,
  responses: {
    201: { description: 'Created', schema: itemSchema, headers: ['Location', 'ETag'] },
    409: { description: 'There is an item with this key already' },
  },
  idempotent: true,
  acceptsIdempotencyKey: true,
  async handle(connection, { body, newId }) {
    return created(await insertUnique(connection, newId, body));
  },
  async handleAll(connection, requests) {
    const rows = await insertItems(connection, requests.map(({ body, newId }) => ({ ...body, id: newId })));
    return rows.map((row) => (row === undefined ? undefined : created(row)));
  },
});

const read = operation({
  id: 'readItem',
  method: 'get',
  path: '/items/{id}',
  summary: 'One item',
  params: itemParamsSchema,
  responses: {
    200: { description: 'The item', schema: itemSchema, headers: ['ETag'] },
    304: { description: 'It has the version that If-None-Match names' },
    404: { description: 'There is no such item' },
    412: versionConflict,
  },
  idempotent: true,
  async handle(connection, { params, headers }) {
    const row = await findItem(connection, params.id);
    if (row === undefined) throw noSuchItem();
    const { versions } = preconditionOf({ 'if-match': headers['if-match'] });
    if (versions?.includes(row.version) === false) throw preconditionFailed();
    const etag = itemEtag(row);
    return matchesIfNoneMatch(headers['if-none-match'], etag) ? { status: 304, headers: { etag } } : withItem(200, row);
  },
});

const replace = operation({
  id: 'replaceItem',
  method: 'put',
  path: '/items/{id}',
  summary: 'Replace an item; with If-Match only if it still has that version',
  params: itemParamsSchema,
  body: itemUpdateSchema,
  responses: {
    200: { description: 'Replaced', schema: itemSchema, headers: ['ETag'] },
    404: { description: 'There is no such item' },
    412: versionConflict,
  },
  // A repeat of one that did arrive would find the version changed, by itself.
  idempotent: (headers) => headers['if-match'] === undefined && headers['if-none-match'] === undefined,
  async handle(connection, { params, body, headers }) {
    const row = isOnlyIfAbsent(headers['if-none-match']) ? undefined : await updateItem(connection, params.id, body, preconditionOf(headers));
    if (row === undefined) throw await missingOrChanged(connection, params.id);
    return withItem(200, row);
  },
});

const remove = operation({
  id: 'deleteItem',
  method: 'delete',
  path: '/items/{id}',
  summary: 'Delete an item; with If-Match only if it still has that version',
  params: itemParamsSchema,
  responses: {
    204: { description: 'Deleted' },
    404: { description: 'There is no such item' },
    412: versionConflict,
  },
  idempotent: false,
  async handle(connection, { params, headers }) {
    const deleted = !isOnlyIfAbsent(headers['if-none-match']) && (await deleteItem(connection, params.id, preconditionOf(headers)));
    if (!deleted) throw await missingOrChanged(connection, params.id);
    return { status: 204 };
  },
});

export const itemOperations: readonly Operation[] = [list, create, read, replace, remove];

async function insertUnique(connection: Queryable, id: string, item: NewItem): Promise<ItemRow | undefined> {
  try {
    return await insertItem(connection, id, item);
  } catch (error) {
    if (!isUniqueViolation(error, ITEM_KEY_CONSTRAINT)) throw error;
    throw new HttpProblem(409, 'There is an item with this key already.', { kind: 'duplicate-key', cause: error });
  }
}

function created(row: ItemRow | undefined): Reply {
  if (row === undefined) throw new Error('INSERT … RETURNING gave no row');
  return withItem(201, row, { location: `/items/${row.id}` });
}

const withItem = (status: number, row: ItemRow, headers: Record<string, string> = {}): Reply => ({
  status,
  json: row.json,
  headers: { ...headers, etag: itemEtag(row) },
});

const noSuchItem = (): HttpProblem => new HttpProblem(404, 'There is no such item.', { kind: 'no-such-item' });

export const missingOrChanged = async (connection: Queryable, id: string): Promise<HttpProblem> =>
  (await findItem(connection, id)) === undefined ? noSuchItem() : preconditionFailed();
