import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';
import { steadyNowMs } from '../../steady-clock.ts';
import type { LedgerEntry } from '../judge/history.ts';
import { rounded } from './rounded.ts';
import { exchange } from './request.ts';
import type { Answer, Exchange, Target } from './request.ts';

const lookUpsAtOnce = 8;
const created = z.object({ id: z.string() });
const accepted = z.object({ jobId: z.string() });
const page = z.object({ items: z.array(z.object({ id: z.string(), name: z.string(), processedCount: z.int() })) });
const job = z.object({ state: z.string() });
const finalStates = new Set(['done', 'failed']);

export interface LedgerOptions {
  readonly runId: string;
  /** What the entries' times are counted from, in epoch milliseconds. */
  readonly originMs: number;
  /** Called for each write that was acknowledged whole, with when it was begun (since the origin). */
  readonly onWritten?: (atMs: number) => void;
  /** How soon what is not final yet is looked up again. */
  readonly pollMs?: number;
}

type Draft = { -readonly [Key in keyof LedgerEntry]: LedgerEntry[Key] };

/** Writes items under keys of its own, has each processed, and afterwards looks up what became of them. */
export class Ledger {
  readonly #target: Target;
  readonly #runId: string;
  readonly #originMs: number;
  readonly #onWritten: (atMs: number) => void;
  readonly #pollMs: number;
  readonly #records: Draft[] = [];
  readonly #underWay = new Set<Promise<void>>();

  constructor(target: Target, { runId, originMs, onWritten = () => undefined, pollMs = 250 }: LedgerOptions) {
    this.#target = target;
    this.#runId = runId;
    this.#originMs = originMs;
    this.#onWritten = onWritten;
    this.#pollMs = pollMs;
  }

  /** Starts one write; `drained` waits for its end. */
  write(): void {
    const key = `${this.#runId}-${this.#records.length}`;
    const record: Draft = {
      key, name: `drill ${key}`, atMs: rounded(steadyNowMs() - this.#originMs), create: 'not-tried', process: 'not-tried',
    };
    this.#records.push(record);
    const write = this.#perform(record).finally(() => this.#underWay.delete(write));
    this.#underWay.add(write);
  }

  async drained(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  /** Looks everything up, jobs until they are done; what is still unknown at the deadline stays so. Removes the items. */
  async lookUp(withinMs: number): Promise<LedgerEntry[]> {
    const until = performance.now() + withinMs;
    const queue = this.#records.filter((record) => record.create !== 'refused');
    const workers = Array.from({ length: lookUpsAtOnce }, async () => {
      for (let record = queue.shift(); record !== undefined; record = queue.shift()) await this.#lookUpOne(record, until);
    });
    await Promise.all(workers);
    await this.#tidyUp(until);
    return this.#records;
  }

  async #perform(record: Draft): Promise<void> {
    const answer = await this.#ask({ method: 'POST', path: '/items', body: { name: record.name, key: record.key } });
    const id = parsed(created, answer)?.id;
    record.create = outcomeOf(answer, 201, id !== undefined);
    if (id === undefined) return;
    record.itemId = id;
    const processing = await this.#ask({ method: 'POST', path: `/items/${id}/process` });
    const jobId = parsed(accepted, processing)?.jobId;
    record.process = outcomeOf(processing, 202, jobId !== undefined);
    if (jobId !== undefined) record.jobId = jobId;
    if (record.process === 'acknowledged') this.#onWritten(record.atMs);
  }

  async #lookUpOne(record: Draft, until: number): Promise<void> {
    if (record.jobId !== undefined) {
      const state = await this.#until(until, `/jobs/${record.jobId}`, job, (found) => finalStates.has(found.state));
      if (state !== undefined) record.job = state === 'missing' ? state : state.state;
    }
    const found = await this.#until(until, `/items?key=${record.key}`, page, () => true);
    if (found === undefined || found === 'missing') return;
    record.found = found.items;
  }

  /** Removes what was found, as far as there is time: it proves nothing. Without its item a job that is still to be done would fail. */
  async #tidyUp(until: number): Promise<void> {
    const isAtEnd = ({ jobId, job: state }: LedgerEntry) => jobId === undefined || (state !== undefined && (state === 'missing' || finalStates.has(state)));
    const ids = this.#records.filter(isAtEnd).flatMap(({ found = [] }) => found.map(({ id }) => id));
    const workers = Array.from({ length: lookUpsAtOnce }, async () => {
      for (let id = ids.shift(); id !== undefined && performance.now() < until; id = ids.shift()) await this.#ask({ method: 'DELETE', path: `/items/${id}` });
    });
    await Promise.all(workers);
  }

  /** Asks until the answer is final; the last answer when time is up, undefined when there was none, or no time left to ask. */
  async #until<T>(until: number, path: string, schema: z.ZodType<T>, isFinal: (found: T) => boolean): Promise<T | 'missing' | undefined> {
    let last: T | undefined;
    while (performance.now() < until) {
      const answer = await this.#ask({ path });
      // A load balancer that knows of no replica just now says so too: only the application tells what is missing.
      if (answer.status === 404 && answer.servedBy !== '') return 'missing';
      last = parsed(schema, answer) ?? last;
      if (last !== undefined && isFinal(last)) return last;
      if (performance.now() + this.#pollMs >= until) return last;
      await delay(this.#pollMs);
    }
    return last;
  }

  #ask(request: Exchange): Promise<Answer> {
    return exchange(this.#target, { ...request, keepBody: true });
  }
}

/** What certainly had no effect is refused; what may have had one and was not acknowledged is unknown. */
function outcomeOf(answer: Answer, expected: number, isComplete: boolean): LedgerEntry['create'] {
  if (answer.status === expected && isComplete) return 'acknowledged';
  if (answer.status === 0) return answer.sent ? 'unknown' : 'refused';
  // A conflict is our own key: an earlier try of this very request, repeated on the way, did have its effect.
  return answer.status >= 400 && answer.status < 500 && answer.status !== 409 ? 'refused' : 'unknown';
}

function parsed<T>(schema: z.ZodType<T>, answer: Answer): T | undefined {
  if (answer.error !== '') return undefined;
  try {
    return schema.safeParse(JSON.parse(answer.body)).data;
  } catch {
    return undefined;
  }
}
