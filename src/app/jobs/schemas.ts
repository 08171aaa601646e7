import { z } from 'zod';

export const jobStates = ['queued', 'retrying', 'done', 'failed'] as const;

export const jobSchema = z
  .object({
    jobId: z.uuid(),
    itemId: z.uuid(),
    type: z.string(),
    state: z.enum(jobStates),
    attempts: z.int().min(0),
    error: z.string().nullable().meta({ description: 'Why the last attempt failed' }),
    requestId: z.string().nullable().meta({ description: 'The request that asked for the job' }),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
    finishedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Job' });

export const jobParamsSchema = z.object({ id: z.uuid() });
