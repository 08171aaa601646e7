import * as z from 'zod';
import { jobStates } from '../../protocol/job-states.ts';
import { cursorSchema } from '../items/schemas.ts';

export const jobSchema = z.object({
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
});

export const jobPageSchema = z.object({ jobs: z.array(jobSchema), nextCursor: z.string().nullable() });

export const jobQuerySchema = z.object({
  state: z.enum(jobStates).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: cursorSchema.optional(),
});
export type JobQuery = z.infer<typeof jobQuerySchema>;

export const jobParamsSchema = z.object({ id: z.uuid() });
