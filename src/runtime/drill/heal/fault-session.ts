import { EngineUnreachableError, messageOf } from '../../errors.ts';
import type { Engine } from '../../engine/port.ts';
import { takeLease } from '../../guardian/lease-client.ts';
import type { HeldLease } from '../../guardian/lease-client.ts';
import type { Journal } from './journal.ts';
import { describeJob } from '../fault/describe.ts';
import { drivers } from '../fault/drivers.ts';
import { NotUndoneError, VictimDownError, type FaultDriver, type FaultJob, type Injection, type InjectionSurroundings, type NoEffect } from '../fault/fault.ts';

const leaseTtlMs = 10_000;

/**
 * A fault from its injection to its healing, such that a crash at any moment leaves something that puts it right: the
 * journal is written first, and a lease tells the guardian to keep still, and to heal when nobody renews it.
 */
export class FaultSession {
  readonly #job: FaultJob;
  readonly #driver: FaultDriver;
  readonly #engine: Engine;
  readonly #journal: Journal;
  #lease: HeldLease | undefined;
  #isOpen = false;

  constructor(job: FaultJob, engine: Engine, journal: Journal) {
    this.#job = job;
    this.#driver = drivers[job.fault.kind];
    this.#engine = engine;
    this.#journal = journal;
  }

  /** Whether it stays until it is healed. */
  get lasts(): boolean {
    return this.#driver.lasts;
  }

  /** The containers whose network namespaces the victims are in. */
  get namespaces(): string[] {
    return this.#job.victims.map(({ namespaceOf }) => namespaceOf);
  }

  async inject(surroundings: InjectionSurroundings): Promise<Injection | NoEffect> {
    this.#isOpen = true;
    await this.#journal.add(this.#job);
    if (this.lasts) {
      this.#lease = await takeLease(this.#engine, this.#job.project, {
        kind: 'drill',
        targets: [...new Set(this.#job.victims.map(({ service }) => service))],
        holder: 'haplat failover',
        fault: describeJob(this.#job),
        restartOnExpiry: this.#driver.restartHeals(this.#job),
        ttlMs: leaseTtlMs,
      });
    }
    return this.#driver.inject(this.#job, surroundings);
  }

  /**
   * Heals. Safe to call twice, and when nothing was injected. Returns when it was healed, if that was seen. Rejects with
   * NotUndoneError when it was not; the guardian then does it as soon as the lease runs out.
   */
  async heal(): Promise<number | undefined> {
    if (!this.#isOpen) return undefined;
    const healedAtMs = await this.#undo();
    await this.#journal.remove(this.#job.id);
    await this.#lease?.release();
    this.#isOpen = false;
    return healedAtMs;
  }

  async #undo(): Promise<number | undefined> {
    try {
      return await this.#driver.heal(this.#job, this.#engine);
    } catch (error) {
      this.#lease?.abandon();
      const message = `${describeJob(this.#job)} could not be undone: ${messageOf(error)}`;
      const options = { cause: error, remedy: error instanceof VictimDownError ? '"haplat up" starts it, and undoes that then' : this.#whoTriesAgain() };
      throw error instanceof EngineUnreachableError ? new EngineUnreachableError(message, options) : new NotUndoneError(message, options);
    }
  }

  #whoTriesAgain(): string {
    // A pause that nobody holds it ends by itself.
    const byGuardian = this.#job.fault.kind === 'pause' || this.#driver.restartHeals(this.#job).length > 0;
    return `"haplat heal" tries again${byGuardian ? '; the guardian does within some seconds' : ''}`;
  }
}
