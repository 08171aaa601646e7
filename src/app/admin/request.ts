import * as z from 'zod';
import { jobStates } from '../jobs/schemas.ts';

/** What `haplat jobs` asks of the program that it runs in a container of the API. */
export const adminRequestSchema = z.discriminatedUnion('action', [
  z.strictObject({ action: z.literal('list'), states: z.array(z.enum(jobStates)).min(1), limit: z.int().min(1).max(10_000) }),
  z.strictObject({ action: z.literal('show'), id: z.guid() }),
  z.strictObject({ action: z.enum(['retry', 'discard']), ids: z.array(z.guid()).min(1) }),
  z.strictObject({ action: z.literal('drain'), discard: z.boolean(), limit: z.int().min(1).max(100_000) }),
]);
export type AdminRequest = z.infer<typeof adminRequestSchema>;
