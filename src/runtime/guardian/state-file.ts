import { readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import type { Engine } from '../engine/port.ts';
import { guardianStateDirectory } from '../topology/guardian-state.ts';
import { incidentSchema, type Incident } from './incidents.ts';
import type { Memory, Trace, Watched } from './model.ts';
import { windowMs } from './remember.ts';

const serviceState = z.object({
  /** Deaths of process 1 within the last `windowMs`. */
  deaths: z.int(),
  /** Repairs since it was last well for a minute. */
  repairs: z.int(),
  /** Set while it is left alone because it kept dying; epoch milliseconds. */
  backedOffUntilMs: z.number().optional(),
  /** It keeps dying: the guardian or the Engine waits longer each time before it starts it again. */
  backedOff: z.boolean(),
  lastReason: z.string().optional(),
});

/** What the guardian lets others know: `<state>/state.json`. */
const guardianStateSchema = z.object({
  schema: z.literal('haplat.guardian/1'),
  windowMs: z.number(),
  services: z.record(z.string(), serviceState),
  /** Of a day, by service. */
  incidents: z.record(z.string(), z.array(incidentSchema)).default({}),
});
export type GuardianState = z.infer<typeof guardianStateSchema>;

/** So many deaths in the window are "keeps dying" rather than an accident. */
const manyDeaths = 4;
const stateFile = 'state.json';
const readTimeoutMs = 3000;

/** The public part of the memory; only services about which there is something to say. */
export function toGuardianState(
  observed: readonly Watched[],
  memory: Memory,
  nowMs: number,
  incidents: ReadonlyMap<string, readonly Incident[]> = new Map(),
): GuardianState {
  const services: GuardianState['services'] = {};
  for (const seen of observed) {
    const trace = memory.get(seen.service);
    if (trace !== undefined && (trace.deathsMs.length > 0 || trace.attempts > 0)) {
      services[seen.service] = toServiceState(seen, trace, nowMs);
    }
  }
  return { schema: 'haplat.guardian/1', windowMs, services, incidents: Object.fromEntries([...incidents].map(([service, all]) => [service, [...all]])) };
}

function toServiceState(seen: Watched, trace: Trace, nowMs: number): z.infer<typeof serviceState> {
  const waiting = trace.trouble !== undefined && !trace.busy && trace.attempts > 1 && trace.notBeforeMs > nowMs;
  const byEngine = seen.state === 'restarting' && trace.deathsMs.length >= manyDeaths;
  return {
    deaths: trace.deathsMs.length,
    repairs: trace.attempts,
    backedOff: waiting || byEngine,
    ...(waiting && { backedOffUntilMs: trace.notBeforeMs }),
    ...(trace.lastReason !== undefined && { lastReason: trace.lastReason }),
  };
}

/** Writes the state when it changed, whole or not at all. */
export class StateFile {
  readonly #path: string;
  #written = '';

  constructor(directory: string) {
    this.#path = path.join(directory, stateFile);
  }

  /** What was last written, by whichever process; undefined where there is nothing that can be read. */
  async read(): Promise<GuardianState | undefined> {
    return parsed(await readFile(this.#path, 'utf8').catch(() => ''));
  }

  async write(state: GuardianState): Promise<void> {
    const text = `${JSON.stringify(state)}\n`;
    if (text === this.#written) return;
    await writeFile(`${this.#path}.new`, text);
    await rename(`${this.#path}.new`, this.#path);
    this.#written = text;
  }
}

/**
 * What the guardian in this container (full name) last wrote. Undefined when it does not run or has written nothing.
 * Rejects with OperationError when the Engine does.
 */
export async function readGuardianState(engine: Engine, container: string): Promise<GuardianState | undefined> {
  const details = await engine.inspectContainer(container);
  if (details?.state !== 'running') return undefined;
  const script = `cat "\${HAPLAT_STATE_DIRECTORY:-${guardianStateDirectory}}/${stateFile}"`;
  const result = await engine.exec(container, ['bash', '-c', script], { timeoutMs: readTimeoutMs });
  return result.exitCode === 0 ? parsed(result.stdout) : undefined;
}

function parsed(text: string): GuardianState | undefined {
  try {
    return guardianStateSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
