import * as z from 'zod';
import type { JobState } from '../../protocol/job-states.ts';
import { jobPageSchema, jobSchema } from '../jobs/schemas.ts';

const TIMEOUT_MS = 5_000;
const problemSchema = z.object({ detail: z.string().optional() }).catch({});

/** The API answered, but not with what was asked for. */
export class ApiAnswerError extends Error {
  override readonly name = 'ApiAnswerError';
  readonly status: number;

  constructor(status: number, detail: string) {
    super(detail);
    this.status = status;
  }
}

export type JobDocument = z.infer<typeof jobSchema>;

/** The API of this container, over loopback: what it does with jobs has one place, and its relay is woken. */
export class ApiClient {
  readonly #base: string;

  constructor(port: number) {
    this.#base = `http://127.0.0.1:${port}`;
  }

  /** Up to `limit` jobs of a state, oldest first. */
  async listJobs(state: JobState, limit: number): Promise<JobDocument[]> {
    const jobs: JobDocument[] = [];
    let cursor: string | null = '';
    while (cursor !== null && jobs.length < limit) {
      const size = Math.min(100, limit - jobs.length);
      const page = jobPageSchema.parse(await this.#ask('GET', `/jobs?state=${state}&limit=${size}${cursor === '' ? '' : `&cursor=${cursor}`}`));
      jobs.push(...page.jobs);
      cursor = page.nextCursor;
    }
    return jobs;
  }

  /** Throws ApiAnswerError with 404. */
  async readJob(id: string): Promise<JobDocument> {
    return jobSchema.parse(await this.#ask('GET', `/jobs/${id}`));
  }

  /** Throws ApiAnswerError with 404, or with 409 for a job that has not failed. */
  async retryJob(id: string): Promise<void> {
    await this.#ask('POST', `/jobs/${id}/retry`);
  }

  /** Throws as `retryJob` does. */
  async discardJob(id: string): Promise<void> {
    await this.#ask('DELETE', `/jobs/${id}`);
  }

  async #ask(method: string, path: string): Promise<unknown> {
    const response = await fetch(this.#base + path, { method, signal: AbortSignal.timeout(TIMEOUT_MS) });
    const body: unknown = response.status === 204 ? undefined : await response.json();
    if (!response.ok) throw new ApiAnswerError(response.status, problemSchema.parse(body).detail ?? `the API answered ${response.status}`);
    return body;
  }
}
