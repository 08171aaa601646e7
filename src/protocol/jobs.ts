import * as z from 'zod';
import { jobStates } from './job-states.ts';

const ids = z.array(z.guid()).min(1).readonly();

/**
 * What `haplat jobs` asks of the program that it runs in a container of the API. It travels as an argument of a command:
 * there is no secret in it.
 */
export const jobsRequestSchema = z.discriminatedUnion('action', [
  z.strictObject({ action: z.literal('list'), states: z.array(z.enum(jobStates)).min(1).readonly(), limit: z.int().min(1).max(10_000) }),
  z.strictObject({ action: z.literal('show'), id: z.guid() }),
  z.strictObject({ action: z.literal('retry'), ids }),
  z.strictObject({ action: z.literal('discard'), ids }),
  z.strictObject({ action: z.literal('drain'), discard: z.boolean(), limit: z.int().min(1).max(100_000) }),
]);
export type JobsRequest = z.infer<typeof jobsRequestSchema>;
export type JobsAction = JobsRequest['action'];
export type JobsRequestOf<Action extends JobsAction> = Extract<JobsRequest, { action: Action }>;

// Answers are looked at no more closely than they are used: the replica that gives them may be of another version.
const job = z.object({
  jobId: z.string(),
  itemId: z.string(),
  type: z.string(),
  state: z.string(),
  attempts: z.number(),
  /** Why the last attempt failed. */
  error: z.string().nullable(),
  requestId: z.string().nullable(),
  createdAt: z.string(),
  updatedAt: z.string(),
  finishedAt: z.string().nullable(),
});
export type Job = z.infer<typeof job>;

const deadLetter = z.object({
  jobId: z.string().nullable(),
  /** Why it was given up, in the words of the worker or the broker. */
  reason: z.string(),
  error: z.string().nullable(),
  bytes: z.number(),
  /** The beginning of a message that belongs to no job. */
  content: z.string().nullable(),
  /**
   * What became of it: `retried`: its job has another round of attempts; `requeued`: its job waits for a message that the
   * broker gave up by itself, and has it again; `stale`: its job is not failed any more, so it was dropped; `discarded` and
   * `kept`: it belongs to no job.
   */
  action: z.enum(['retried', 'requeued', 'stale', 'discarded', 'kept']),
});
export type DeadLetter = Readonly<z.infer<typeof deadLetter>>;

/** `detail`: why it was not accepted. */
const jobOutcome = z.object({ jobId: z.string(), accepted: z.boolean(), detail: z.string().nullable() });
export type JobOutcome = z.infer<typeof jobOutcome>;

/** Some may be done although others can't. */
const perJob = z.object({ results: z.array(jobOutcome) });

const answers = {
  /** `deadLetters`: how many there are; null while the broker is away. */
  list: z.object({ jobs: z.array(job), deadLetters: z.number().nullable() }),
  /** Null: there is no such job. */
  show: z.object({ job: job.nullable() }),
  retry: perJob,
  discard: perJob,
  /** `left`: how many there are still; null after an error, as a broker that takes no messages would not say. `error`: what went wrong after these letters. */
  drain: z.object({ letters: z.array(deadLetter).readonly(), left: z.number().nullable(), error: z.string().nullable().default(null) }),
} as const;

type JobsAnswers = { readonly [Action in JobsAction]: z.infer<(typeof answers)[Action]> };
export type JobsAnswer<Action extends JobsAction = JobsAction> = JobsAnswers[Action];

/** How the answer to each request is read. A map over the actions, so that the answer's type follows from the request's. */
export const jobsAnswerSchemas: { readonly [Action in JobsAction]: z.ZodType<JobsAnswers[Action]> } = answers;

/** The answer to whatever went wrong; any other has `ok: true` beside its own members. */
export const jobsRefusalSchema = z.object({ ok: z.literal(false), message: z.string() });
export type JobsRefusal = z.infer<typeof jobsRefusalSchema>;
