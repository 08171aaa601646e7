import { readFile } from 'node:fs/promises';
import { ConfigError, messageOf } from '../../errors.ts';
import { createAgent } from './agent.ts';
import { steadyNowMs } from '../../steady-clock.ts';
import type { ProbeMode } from '../judge/history.ts';
import { BusyMeter } from './busy-meter.ts';
import { rounded } from './rounded.ts';
import { Emitter } from './emitter.ts';
import { Ledger } from './ledger.ts';
import { OpenLoop } from './open-loop.ts';
import type { ProbeOptions } from './options.ts';
import { exchange } from './request.ts';
import type { Target } from './request.ts';

export interface ProbeSurroundings {
  readonly options: ProbeOptions;
  /** HAPLAT_PROBE_CA: the certificates to trust, in place of a file. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Ends the load; the ledger is still looked up before the probe ends by itself. */
  readonly signal: AbortSignal;
  readonly out: { write(line: string): unknown };
}

/**
 * Asks the platform open loop, as its clients do, and writes down each answer (see lines.ts): `haplat serve probe`.
 * Resolves when all has been written. Rejects with ConfigError when the certificates can't be read.
 */
export async function serveProbe({ options, env, signal, out }: ProbeSurroundings): Promise<void> {
  const ca = await authorities(options, env);
  const originMs = steadyNowMs();
  const emitter = new Emitter(out, originMs);
  const meter = new BusyMeter((window) => { emitter.busy(window); });
  const load = options.modes.map((mode) => new Load(mode, options, ca, emitter));
  const ledger = new Ledger(
    { ...targetOf(options, 'pooled', ca), timeoutMs: options.writeTimeoutMs },
    { runId: options.runId, originMs, onWritten: (atMs) => { emitter.line({ type: 'written', atMs }); } },
  );
  const writes = options.ledgerRate > 0 ? new OpenLoop(options.ledgerRate, performance.now(), () => { ledger.write(); }) : undefined;

  await ended(AbortSignal.any([signal, AbortSignal.timeout(options.durationMs)]));
  writes?.stop();
  for (const one of load) one.stop();
  await Promise.all(load.map((one) => one.drained()));
  meter.stop();
  emitter.close();
  emitter.line({ type: 'settling', at: steadyNowMs() });
  await ledger.drained();
  for (const record of await ledger.lookUp(options.settleMs)) emitter.line({ type: 'ledger', record });
  const worst = load.map((one) => one.lateness).toSorted((a, b) => b.maxMs - a.maxMs)[0];
  const { p50Ms = 0, p99Ms = 0, maxMs = 0, skipped = 0 } = worst ?? {};
  emitter.line({
    type: 'end',
    at: steadyNowMs(),
    lateness: { p50Ms: rounded(p50Ms), p99Ms: rounded(p99Ms), maxMs: rounded(maxMs), skipped },
  });
}

/** The requests of one mode. */
class Load {
  readonly #loop: OpenLoop;
  readonly #underWay = new Set<Promise<void>>();
  readonly #target: Target;
  readonly #mode: ProbeMode;
  readonly #emitter: Emitter;
  readonly #atOnce: number;

  constructor(mode: ProbeMode, options: ProbeOptions, ca: string | undefined, emitter: Emitter) {
    this.#mode = mode;
    this.#target = targetOf(options, mode, ca);
    this.#emitter = emitter;
    // Each request ends by its timeout, so this is reached only when that is not kept.
    this.#atOnce = Math.ceil((options.rate * options.timeoutMs) / 1000) * 2 + 10;
    this.#loop = new OpenLoop(options.rate, performance.now(), (dueMs) => {
      this.#fire(performance.timeOrigin + dueMs);
    });
  }

  stop(): void {
    this.#loop.stop();
  }

  async drained(): Promise<void> {
    await Promise.all(this.#underWay);
    this.#target.agent.destroy();
  }

  get lateness() {
    return this.#loop.lateness;
  }

  #fire(dueMs: number): void {
    if (this.#underWay.size >= this.#atOnce) {
      this.#emitter.sample(this.#mode, [dueMs, steadyNowMs(), steadyNowMs()], 0, 'OVERLOAD', '');
      return;
    }
    const request = this.#ask(dueMs).finally(() => this.#underWay.delete(request));
    this.#underWay.add(request);
  }

  async #ask(dueMs: number): Promise<void> {
    const startMs = steadyNowMs();
    const { status, error, servedBy } = await exchange(this.#target);
    this.#emitter.sample(this.#mode, [dueMs, startMs, steadyNowMs()], status, error, servedBy);
  }
}

function targetOf(options: ProbeOptions, mode: ProbeMode, ca: string | undefined): Target {
  const url = new URL(options.url);
  const { timeoutMs, connectTimeoutMs } = options;
  return { url, agent: createAgent(url, mode, { ca, serverName: options.serverName }), timeoutMs, connectTimeoutMs };
}

async function authorities({ caFile }: ProbeOptions, env: ProbeSurroundings['env']): Promise<string | undefined> {
  const given = env['HAPLAT_PROBE_CA'];
  if (caFile === undefined) return given === '' ? undefined : given;
  try {
    return await readFile(caFile, 'utf8');
  } catch (error) {
    throw new ConfigError(`serve probe: --ca-file ${caFile} can't be read: ${messageOf(error)}`, { remedy: 'name a file of certificates as PEM text', cause: error });
  }
}

async function ended(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<undefined>();
  // The timer of AbortSignal.timeout alone keeps no process alive.
  const alive = setInterval(() => undefined, 60_000);
  signal.addEventListener('abort', () => { resolve(undefined); }, { once: true });
  await promise;
  clearInterval(alive);
}
