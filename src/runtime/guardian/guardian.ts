import { watch, type FSWatcher } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../errors.ts';
import type { EngineEvent } from '../engine/port.ts';
import { steadyNowMs } from '../steady-clock.ts';
import { asksForLook } from './asks-for-look.ts';
import { Attempts } from './attempts.ts';
import { retryMs } from './backoff.ts';
import { decide } from './decide.ts';
import { Incidents } from './incidents.ts';
import { Leases } from './leases.ts';
import { EngineLink, inTime } from './link.ts';
import { guardianComponent, type Action, type Lease, type Log, type Memory, type Watched } from './model.ts';
import { perform } from './perform.ts';
import { died, settled, signalled, started } from './remember.ts';
import type { GuardianSettings } from './settings.ts';
import { StateFile, toGuardianState } from './state-file.ts';
import { UntoldDeaths } from './untold-deaths.ts';
import { Wake } from './wake.ts';
import { Watcher } from './watch.ts';

/** No more looks than this a second, however many events come. */
const betweenLooksMs = 50;
/** The Engine's list runs a little behind its events, so look again after each. */
const echoesMs = [60, 250, 1000];
/** Until the list shows a death that an event has told of. */
const untoldDeathMs = 100;
/** Longer than a restart's grace and the kill after it. */
const actionWithinMs = 30_000;

/** Looks, decides, acts; again at each event and from time to time. */
export class Guardian {
  readonly #settings: GuardianSettings;
  readonly #log: Log;
  readonly #link: EngineLink;
  readonly #leasesDirectory: string;
  readonly #leases: Leases;
  readonly #stateFile: StateFile;
  readonly #wake = new Wake();
  readonly #deaths = new UntoldDeaths();
  readonly #incidents = new Incidents();
  readonly #attempts: Attempts;
  readonly #watcher: Watcher;
  #known: readonly Lease[] = [];
  #subscription = new AbortController();
  #memory: Memory = new Map();
  #standby = false;
  #lastContactMs = performance.now();
  #lastEventMs = -Infinity;

  constructor(settings: GuardianSettings, log: Log) {
    this.#settings = settings;
    this.#log = log;
    this.#link = new EngineLink(settings.sockets);
    this.#attempts = new Attempts(log);
    this.#watcher = new Watcher(this.#link, settings.project, this.#attempts);
    this.#leasesDirectory = path.join(settings.stateDirectory, 'leases');
    this.#leases = new Leases(this.#leasesDirectory);
    this.#stateFile = new StateFile(settings.stateDirectory);
  }

  /** The monotonic time of the Engine's last answer. */
  get lastContactMs(): number {
    return this.#lastContactMs;
  }

  /** Resolves when the signal aborts; rejects only when the state folder cannot be used. */
  async run(signal: AbortSignal): Promise<void> {
    await mkdir(this.#leasesDirectory, { recursive: true });
    this.#incidents.recall((await this.#stateFile.read())?.incidents ?? {});
    const watching = this.#watchLeases();
    const stop = () => {
      this.#wake.call();
      this.#subscription.abort();
    };
    signal.addEventListener('abort', stop, { once: true });
    try {
      await Promise.all([this.#follow(signal), this.#guard(signal)]);
    } finally {
      watching?.close();
      signal.removeEventListener('abort', stop);
    }
  }

  /** Leases are read at each look; this one only makes it a quick one. The machine may have no more to watch files with. */
  #watchLeases(): FSWatcher | undefined {
    const complain = (error: unknown) => { this.#log('warn', { event: 'leases-unwatched', message: messageOf(error) }); };
    try {
      return watch(this.#leasesDirectory, () => { this.#wake.call(); }).on('error', complain);
    } catch (error) {
      complain(error);
      return undefined;
    }
  }

  async #guard(signal: AbortSignal): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      const startedMs = steadyNowMs();
      const index = this.#link.index;
      const observed = await this.#watcher.look().catch((error: unknown) => { this.#changeSocket(index, error); });
      failures = observed === undefined ? failures + 1 : 0;
      const waitMs = observed === undefined ? retryMs(failures) : (await this.#reconcile(observed, startedMs)) - steadyNowMs();
      await delay(Math.max(0, startedMs + betweenLooksMs - steadyNowMs()));
      await this.#wake.sleep(Math.max(0, Math.min(waitMs, this.#untilEchoMs())));
    }
  }

  /** Acts on a look that began at `nowMs`; returns when to look again. What fails here (a full disk) keeps nobody from being healed. */
  async #reconcile(observed: readonly Watched[], nowMs: number): Promise<number> {
    this.#lastContactMs = performance.now();
    this.#deaths.look(observed, this.#lastContactMs);
    this.#known = (await this.#attempts.make('leases-unread', () => this.#leases.read({ steadyMs: nowMs, wallMs: Date.now() }))) ?? this.#known;
    const decision = decide(observed, this.#memory, this.#known, nowMs, this.#settings.service);
    this.#memory = decision.memory;
    this.#standby = decision.standby;
    for (const action of decision.actions) void this.#act(action);
    for (const lease of decision.finished) await this.#drop(lease);
    const incidents = this.#tellIncidents(observed, Date.now());
    const state = toGuardianState(observed, this.#memory, nowMs, incidents);
    await this.#attempts.make('state-unwritten', () => this.#stateFile.write(state));
    return decision.wakeAtMs;
  }

  async #drop(lease: Lease): Promise<void> {
    this.#known = this.#known.filter((one) => one !== lease);
    const isDropped = await this.#attempts.make('lease-not-dropped', async () => {
      await this.#leases.drop(lease, Date.now());
      return true;
    }, { lease: lease.id });
    if (isDropped === true) this.#log('warn', { event: 'lease-expired', lease: lease.id, targets: lease.targets });
  }

  /** One who stands by has heard of everything, and tells only of what the other can't. */
  #tellIncidents(observed: readonly Watched[], wallMs: number): ReturnType<Incidents['recent']> {
    const recent = this.#incidents.recent(observed, wallMs);
    const components = new Map(observed.map(({ service, component }) => [service, component]));
    for (const incident of this.#incidents.settled(recent, wallMs)) {
      if (!this.#standby || components.get(incident.service) === guardianComponent) this.#log('warn', { event: 'incident', ...incident });
    }
    return recent;
  }

  async #act(action: Action): Promise<void> {
    const startedMs = performance.now();
    const call = perform(this.#link.engine, action);
    const result = await inTime(action.verb, call, actionWithinMs).catch((error: unknown) => ({
      outcome: 'failed' as const,
      message: messageOf(error),
    }));
    this.#memory = settled(this.#memory, action, result.outcome, steadyNowMs());
    const { verb, service, reason } = action;
    if (result.outcome === 'done') this.#incidents.repaired(action, Date.now());
    const tookMs = Math.round(performance.now() - startedMs);
    this.#log(result.outcome === 'done' ? 'info' : 'warn', { event: 'repair', verb, service, reason, tookMs, ...result });
    this.#wake.call();
  }

  /** Follows the Engine's events for as long as it runs; a stream that ends is opened again. */
  async #follow(signal: AbortSignal): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      this.#subscription = new AbortController();
      const subscription = this.#subscription.signal;
      const onReady = () => {
        failures = 0;
        this.#incidents.listens(Date.now());
        this.#watcher.forget();
        this.#wake.call();
      };
      try {
        const { project } = this.#settings;
        for await (const event of this.#link.engine.events({ project, signal: subscription, onReady })) this.#note(event);
      } catch (error) {
        this.#log('warn', { event: 'events-lost', message: messageOf(error) });
      }
      this.#wake.call();
      await delay(retryMs(++failures), undefined, { signal }).catch(() => undefined);
    }
  }

  #untilEchoMs(): number {
    if (this.#deaths.isAny) return untoldDeathMs;
    const sinceMs = performance.now() - this.#lastEventMs;
    const next = echoesMs.find((echo) => echo > sinceMs);
    return next === undefined ? Infinity : next - sinceMs;
  }

  #note(event: EngineEvent): void {
    this.#lastContactMs = performance.now();
    if (event.action === 'start' || event.action === 'die') this.#watcher.forget(event.container);
    this.#memory = remembered(this.#memory, event);
    this.#incidents.note(event);
    if (!asksForLook(event, this.#standby)) return;
    this.#deaths.note(event, this.#lastContactMs);
    this.#lastEventMs = this.#lastContactMs;
    this.#wake.call();
  }

  #changeSocket(index: number, error: unknown): void {
    this.#log('warn', { event: 'engine-silent', message: messageOf(error) });
    this.#link.next(index);
    this.#watcher.forget();
    this.#subscription.abort();
  }
}

function remembered(memory: Memory, { action, service, signal }: EngineEvent): Memory {
  switch (action) {
    case 'kill':
      return signalled(memory, service, signal);
    case 'die':
      return died(memory, service, steadyNowMs());
    case 'start':
      return started(memory, service, steadyNowMs());
    default:
      return memory;
  }
}
