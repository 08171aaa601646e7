import * as z from 'zod';
import { commonShape, readSettings } from '../app/settings.ts';

const workerSchema = z.object({
  ...commonShape,
  /** Of the health server. */
  PORT: z.coerce.number().int().min(1).max(65_535).default(3001),
  /** Messages in hand at a time: enough to hide a round trip to the database, few enough to share with other workers. */
  WORKER_PREFETCH: z.coerce.number().int().min(1).max(1_000).default(20),
  DB_POOL_MAX: z.coerce.number().int().min(1).max(500).default(8),
  PUBLISH_TIMEOUT_MS: z.coerce.number().int().min(1).max(3_600_000).default(5_000),
});

export type WorkerSettings = z.infer<typeof workerSchema>;

/** The worker's settings from the environment. */
export const readWorkerSettings = (env: NodeJS.ProcessEnv): WorkerSettings => readSettings(workerSchema, env);
