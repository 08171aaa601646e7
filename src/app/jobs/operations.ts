import { operation, type Operation } from '../http/operation.ts';
import { HttpProblem } from '../http/problem.ts';
import { noSuchItem } from '../items/operations.ts';
import { itemParamsSchema } from '../items/schemas.ts';
import { jobJson } from './present.ts';
import { enqueueJob, findJob } from './repository.ts';
import { jobParamsSchema, jobSchema } from './schemas.ts';
import { PROCESS_ITEM } from './types.ts';

const processItem = operation({
  id: 'processItem',
  method: 'post',
  path: '/items/{id}/process',
  summary: 'Accept a job that processes the item; it is done exactly once',
  params: itemParamsSchema,
  responses: {
    202: { description: 'Accepted: the job is recorded and cannot be lost', schema: jobSchema, headers: ['Location'] },
    404: { description: 'There is no such item' },
  },
  idempotent: true,
  acceptsIdempotencyKey: true,
  async handle(connection, { params, newId, requestId, traceparent }) {
    const job = await enqueueJob(connection, { id: newId, type: PROCESS_ITEM, itemId: params.id, requestId, traceparent });
    if (job === undefined) throw noSuchItem();
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
    if (job === undefined) throw new HttpProblem(404, 'There is no such job.', { kind: 'no-such-job' });
    return { status: 200, json: jobJson(job) };
  },
});

export const jobOperations: readonly Operation[] = [processItem, read];
