import { constants } from 'node:os';
import * as z from 'zod';
import type { EngineEvent } from '../engine/port.ts';
import type { Action, Watched } from './model.ts';
import { endingSignals } from './remember.ts';

/** What happened to a service without anybody having asked for it. */
export const incidentSchema = z.object({
  /** RFC 3339, by the Engine's clock. */
  at: z.string(),
  what: z.string(),
});
export type Incident = z.infer<typeof incidentSchema>;

type Told = Pick<EngineEvent, 'action' | 'service' | 'signal' | 'exitCode' | 'atMs'>;

interface Happened {
  readonly atMs: number;
  readonly what: string;
}

/** Older ones are history: the log has them. */
const keptMs = 24 * 3_600_000;
const keptPerService = 20;
/** The Engine tells of memory that ran out, and of what this ended, one after the other; so it does of a pod and its members. */
const togetherMs = 5_000;
/** Longer than any of ours may take to stop (`stopGraceMs`). */
const longestStopMs = 30_000;
/** Of who was asked to stop: of itself, or by SIGTERM. */
const endedWell: ReadonlySet<number> = new Set([0, 128 + constants.signals.SIGTERM]);
const outOfMemory = 'a process in it was ended because its memory ran out';
const endedForMemory = 'was ended because its memory ran out';
const repairs = { restart: 'was restarted', unpause: 'was unpaused' };
const signalBase = 128;
const signals = new Map(Object.entries(constants.signals).map(([name, number]) => [number, name]));

/**
 * Collects what the platform heals by itself, so that somebody hears of it: a replica that dies every hour is healthy
 * whenever one looks.
 */
export class Incidents {
  readonly #asked = new Set<string>();
  readonly #deathsMs = new Map<string, readonly number[]>();
  readonly #happened = new Map<string, readonly Happened[]>();
  #told: ReadonlySet<string> = new Set();
  #listenedFromMs = -Infinity;

  /** What a guardian before this one knew, and has told of. */
  recall(incidents: Readonly<Record<string, readonly Incident[]>>): void {
    for (const [service, own] of Object.entries(incidents)) {
      this.#happened.set(service, own.map(({ at, what }) => ({ atMs: Date.parse(at), what })));
      this.#told = new Set([...this.#told, ...own.map(({ at }) => keyOf({ service, at }))]);
    }
  }

  /** The Engine's events are heard from now on. Who ends well soon after may have been asked to before. */
  listens(nowMs: number): void {
    this.#listenedFromMs = nowMs;
  }

  note({ action, service, signal, exitCode = 0, atMs }: Told): void {
    // A drill's probe, or somebody's own container with our label, is no service.
    if (service === '') return;
    switch (action) {
      case 'kill':
        if (signal !== undefined && endingSignals.has(signal)) this.#asked.add(service);
        break;
      case 'start':
        this.#asked.delete(service);
        break;
      case 'oom':
        this.#add(service, { atMs, what: outOfMemory });
        break;
      case 'die':
        this.#deathsMs.set(service, [...(this.#deathsMs.get(service) ?? []), atMs].slice(-keptPerService));
        if (!this.#mayBeAsked(service, atMs, exitCode)) this.#add(service, { atMs, what: howItEnded(exitCode) });
    }
  }

  /** What was found ill, and not dead: of a death its event has told. */
  repaired({ verb, service, reason }: Pick<Action, 'verb' | 'service' | 'reason'>, atMs: number): void {
    if (verb !== 'start') this.#add(service, { atMs, what: `${repairs[verb]} (${reason})` });
  }

  /** The latest of each service that is there, oldest first. What a pod's member suffers along with its owner is one incident, the owner's. */
  recent(observed: readonly Pick<Watched, 'service' | 'podOwner'>[], nowMs: number): ReadonlyMap<string, readonly Incident[]> {
    const found = observed.map(({ service, podOwner }): [string, readonly Incident[]] => {
      const ownerDiedMs = podOwner === undefined ? [] : (this.#deathsMs.get(podOwner) ?? []);
      const isOwn = (atMs: number) => ownerDiedMs.every((diedMs) => Math.abs(atMs - diedMs) > togetherMs);
      const own = (this.#happened.get(service) ?? []).filter(({ atMs }) => nowMs - atMs < keptMs && isOwn(atMs));
      return [service, own.map(({ atMs, what }) => ({ at: new Date(atMs).toISOString(), what }))];
    });
    return new Map(found.filter(([, own]) => own.length > 0));
  }

  /** Those of `recent` about which no more is to be heard, each once. */
  settled(recent: ReturnType<Incidents['recent']>, nowMs: number): (Incident & { readonly service: string })[] {
    const all = [...recent].flatMap(([service, own]) => own.map((incident) => ({ service, ...incident })));
    const settled = all.filter(({ at }) => nowMs - Date.parse(at) > togetherMs);
    const untold = settled.filter((one) => !this.#told.has(keyOf(one)));
    this.#told = new Set(settled.map(keyOf));
    return untold;
  }

  #mayBeAsked(service: string, atMs: number, exitCode: number): boolean {
    return this.#asked.has(service) || (endedWell.has(exitCode) && atMs < this.#listenedFromMs + longestStopMs);
  }

  /** Of memory that ran out there may be several words, and a death after them. */
  #add(service: string, { atMs, what }: Happened): void {
    const before = this.#happened.get(service) ?? [];
    const last = before.at(-1);
    const goesOn = last?.what === outOfMemory && atMs - last.atMs < togetherMs;
    const now = goesOn && what !== outOfMemory ? endedForMemory : what;
    this.#happened.set(service, [...(goesOn ? before.slice(0, -1) : before), { atMs, what: now }].slice(-keptPerService));
  }
}

const keyOf = ({ service, at }: { readonly service: string; readonly at: string }): string => `${service} ${at}`;

/** A shell's way to tell of a signal, and the Engine's: 128 and its number. */
function howItEnded(exitCode: number): string {
  const signal = signals.get(exitCode - signalBase);
  return signal === undefined ? `ended with exit code ${exitCode}` : `was ended by ${signal}`;
}
