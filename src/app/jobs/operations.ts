import type { Queryable } from '../db/queryable.ts';
import { isOnlyIfAbsent, preconditionOf } from '../http/etag.ts';
import { operation, type Operation } from '../http/operation.ts';
import { pageReply } from '../http/page.ts';
import { HttpProblem } from '../http/problem.ts';
import { missingOrChanged, versionConflict } from '../items/operations.ts';
import { itemParamsSchema } from '../items/schemas.ts';
import { jobJson, jobPage } from './present.ts';
import { discardJob, enqueueJob, findJob, listJobs, retryJob } from './repository.ts';
import { jobPageSchema, jobParamsSchema, jobQuerySchema, jobSchema } from './schemas.ts';
import { PROCESS_ITEM } from './types.ts';

const processItem = operation({
  id: 'processItem',
  method: 'post',
  path: '/items/{id}/process',
  summary: 'Accept a job that processes the item; it is done exactly once. With If-Match only if the item still has that version',
  params: itemParamsSchema,
  responses: {
    202: { description: 'Accepted: the job is recorded and cannot be lost', schema: jobSchema, headers: ['Location'] },
    404: { description: 'There is no such item' },
    412: versionConflict,
  },
  // Also with If-Match: a repeat of one that did arrive finds its job.
  idempotent: true,
  acceptsIdempotencyKey: true,
  enqueues: true,
  async handle(connection, { params, newId, requestId, traceparent, headers }) {
    const asked = { id: newId, type: PROCESS_ITEM, itemId: params.id, requestId, traceparent };
    const job = isOnlyIfAbsent(headers['if-none-match']) ? undefined : await enqueueJob(connection, asked, preconditionOf(headers));
    if (job === undefined) throw await missingOrChanged(connection, params.id);
    return { status: 202, json: jobJson(job), headers: { location: `/jobs/${job.id}` } };
  },
});

const read = operation({
  id: 'readJob',
  method: 'get',
  path: '/jobs/{id}',
  summary: 'The state of a job',
  params: jobParamsSchema,
  responses: {
    200: { description: 'The job', schema: jobSchema },
    404: { description: 'There is no such job' },
  },
  idempotent: true,
  async handle(connection, { params }) {
    const job = await findJob(connection, params.id);
    if (job === undefined) throw noSuchJob();
    return { status: 200, json: jobJson(job) };
  },
});

const list = operation({
  id: 'listJobs',
  method: 'get',
  path: '/jobs',
  summary: 'Jobs in the order of their acceptance, a page at a time',
  query: jobQuerySchema,
  responses: { 200: { description: 'A page of jobs', schema: jobPageSchema, headers: ['Link'] } },
  idempotent: true,
  shareable: true,
  async handle(connection, { query }) {
    const state = query.state === undefined ? '' : `&state=${query.state}`;
    return pageReply(jobPage(await listJobs(connection, query), query.limit), `/jobs?limit=${query.limit}${state}`);
  },
});

const retry = operation({
  id: 'retryJob',
  method: 'post',
  path: '/jobs/{id}/retry',
  summary: 'Give a failed job another round of attempts',
  params: jobParamsSchema,
  responses: {
    202: { description: 'Back in the queue', schema: jobSchema, headers: ['Location'] },
    404: { description: 'There is no such job' },
    409: { description: 'The job has not failed' },
  },
  idempotent: false,
  acceptsIdempotencyKey: true,
  enqueues: true,
  async handle(connection, { params }) {
    const job = await retryJob(connection, params.id);
    if (job !== undefined) return { status: 202, json: jobJson(job), headers: { location: `/jobs/${job.id}` } };
    throw await missingOrNotFailed(connection, params.id, 'retried');
  },
});

const discard = operation({
  id: 'discardJob',
  method: 'delete',
  path: '/jobs/{id}',
  summary: 'Give up a job that has failed',
  params: jobParamsSchema,
  responses: {
    204: { description: 'Given up and forgotten' },
    404: { description: 'There is no such job' },
    409: { description: 'The job has not failed' },
  },
  idempotent: false,
  async handle(connection, { params }) {
    if (!(await discardJob(connection, params.id))) throw await missingOrNotFailed(connection, params.id, 'given up');
    return { status: 204 };
  },
});

async function missingOrNotFailed(connection: Queryable, id: string, done: string): Promise<HttpProblem> {
  if ((await findJob(connection, id)) === undefined) return noSuchJob();
  return new HttpProblem(409, `Only a job that has failed can be ${done}.`, { kind: 'job-not-failed' });
}

const noSuchJob = (): HttpProblem => new HttpProblem(404, 'There is no such job.', { kind: 'no-such-job' });

export const jobOperations: readonly Operation[] = [processItem, list, read, retry, discard];
