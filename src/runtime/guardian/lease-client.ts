import { randomBytes } from 'node:crypto';
import { componentOf } from '../engine/identity.ts';
import { OperationError } from '../errors.ts';
import type { Engine } from '../engine/port.ts';
import { guardianStateDirectory } from '../topology/guardian-state.ts';
import { leaseFileSchema } from './lease-file.ts';
import type { LeaseFile } from './lease-file.ts';
import { guardianComponent } from './model.ts';

interface LeaseRequest {
  readonly kind: LeaseFile['kind'];
  /** Services, or `*` for all. */
  readonly targets: readonly string[];
  readonly holder: string;
  readonly fault?: string;
  readonly restartOnExpiry?: readonly string[];
  /** Default 15 s; renewed each third of it until released. */
  readonly ttlMs?: number;
}

/** A guardian's container, and what is executed in it. */
type Guarded = Pick<Engine, 'listContainers' | 'exec'>;

export interface HeldLease extends AsyncDisposable {
  readonly id: string;
  /** Gives the targets back to the guardian. Safe to call twice; one that could not be released is tried again. */
  release(): Promise<void>;
  /** Renews no more: when it has run out the guardian does what it does for a holder that crashed. */
  abandon(): void;
}

const defaultTtlMs = 15_000;
const execTimeoutMs = 5000;
/** A lease that stays would run out, and the guardian restart what has been healed: a busy machine gets another chance. */
const releaseTries = 3;

// The folder stands in the environment of the guardian's container, and so of what is executed in it.
const directory = `"\${HAPLAT_STATE_DIRECTORY:-${guardianStateDirectory}}/leases"`;
// Whole or not at all: a reader must never see half a lease, nor an empty one, which is what a writer that is given up gets
// to read. It may run on for a while, and must not bring back what has been released since.
const writeScript = `set -e; cd ${directory}; umask 022; cat > ".$0.$$"
[ -s ".$0.$$" ] || { rm -f ".$0.$$"; exit 1; }
mv -f ".$0.$$" "$0.json"; [ ! -e ".$0.gone" ] || rm -f "$0.json"`;
const removeDrillsScript = `cd ${directory} && rm -f drill-*.json`;
// No writer lives as long as what is left here of earlier releases and of writers that ended is kept.
const removeScript = `cd ${directory} || exit; touch ".$0.gone"; find . -maxdepth 1 -type f -name '.*' -mmin +10 -exec rm -f {} +; rm -f "$0.json"`;

/**
 * Takes a lease with the guardian, by writing a file into its container; it is held until it is released, and a holder that
 * crashes loses it within `ttlMs`. Without a running guardian there is nobody to keep still: a lease then counts as taken, and
 * is written as soon as there is one.
 */
export async function takeLease(engine: Guarded, project: string, request: LeaseRequest): Promise<HeldLease> {
  const held = new FileLease(engine, project, request);
  try {
    await held.write();
  } catch (error) {
    // What was given up may yet be done.
    await held.release().catch(() => undefined);
    throw error;
  }
  held.keep();
  return held;
}

/** Ends the leases of drills that crashed, once their faults are undone: the guardian has nothing left to undo. */
export async function dropDrillLeases(engine: Guarded, project: string): Promise<void> {
  await inGuardians(engine, project, removeDrillsScript, '', '');
}

class FileLease implements HeldLease {
  readonly id: string;
  readonly #engine: Guarded;
  readonly #project: string;
  readonly #request: LeaseRequest;
  readonly #ttlMs: number;
  #timer: NodeJS.Timeout | undefined;
  #renewal: Promise<void> | undefined;
  #released = false;

  constructor(engine: Guarded, project: string, request: LeaseRequest) {
    this.#engine = engine;
    this.#project = project;
    this.#request = request;
    this.#ttlMs = request.ttlMs ?? defaultTtlMs;
    this.id = `${request.kind}-${randomBytes(6).toString('hex')}`;
  }

  async write(): Promise<void> {
    const { kind, targets, holder, fault, restartOnExpiry } = this.#request;
    const file = leaseFileSchema.parse({ id: this.id, kind, targets, holder, fault, restartOnExpiry, ttlMs: this.#ttlMs });
    await inGuardians(this.#engine, this.#project, writeScript, this.id, JSON.stringify(file));
  }

  keep(): void {
    this.#timer = setInterval(() => {
      // One that takes longer than the time between two is not overtaken; after one that failed the next tries again.
      this.#renewal ??= this.write().catch(() => undefined).finally(() => { this.#renewal = undefined; });
    }, this.#ttlMs / 3);
    this.#timer.unref();
  }

  abandon(): void {
    clearInterval(this.#timer);
  }

  async release(): Promise<void> {
    this.abandon();
    if (this.#released) return;
    // A renewal under way would write the file again.
    await this.#renewal;
    for (let tries = releaseTries; ; tries -= 1) {
      try {
        await inGuardians(this.#engine, this.#project, removeScript, this.id, '');
        break;
      } catch (error) {
        if (tries === 1) throw error;
      }
    }
    this.#released = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release().catch(() => undefined);
  }
}

/** Runs a script in every guardian. */
async function inGuardians(engine: Guarded, project: string, script: string, argument: string, stdin: string): Promise<void> {
  const all = await engine.listContainers({ project });
  const running = all.filter((one) => componentOf(one) === guardianComponent && one.state === 'running');
  const results = await Promise.allSettled(running.map(({ name }) => runIn(engine, name, script, argument, stdin)));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

async function runIn(engine: Guarded, container: string, script: string, argument: string, stdin: string): Promise<void> {
  const result = await engine.exec(container, ['bash', '-c', script, argument], { timeoutMs: execTimeoutMs, stdin });
  if (result.exitCode === 0) return;
  throw new OperationError(`lease with ${container}: ${result.stderr.trim() || `exit code ${result.exitCode}`}`);
}
