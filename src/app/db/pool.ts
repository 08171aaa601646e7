import pg from 'pg';
import { DatabaseUnavailable, isAcquireTimeout, isConnectionError, isServerFull } from './errors.ts';

export interface PoolOptions {
  readonly connection: pg.ClientConfig;
  readonly max: number;
  readonly idleTimeoutMs: number;
  /** The clock that deadlines are by, in ms. */
  readonly now: () => number;
  /** A connection broke, in the pool or in somebody's hands. */
  readonly onError: (error: Error) => void;
}

/** For so long after the server refused a connection, callers wait for an open one to be given back, rather than connect again. */
const refusedMs = 200;

/**
 * pg's pool and what it lacks: all connections of one generation can be given up at once, and where the server lets
 * nobody in any more, those that are open serve one call after the other.
 */
export class ConnectionPool {
  readonly #pool: pg.Pool;
  readonly #now: () => number;
  readonly #generations = new WeakMap<pg.PoolClient, number>();
  #generation = 0;
  /** Those that were let in, unlike those that are only just asking to be. */
  readonly #open = new Set<pg.PoolClient>();
  /** Who was refused a connection and waits for one that is open. */
  readonly #refused = new Set<() => void>();
  #refusedAtMs = Number.NEGATIVE_INFINITY;

  constructor({ connection, max, idleTimeoutMs, now, onError }: PoolOptions) {
    this.#now = now;
    this.#pool = new pg.Pool({ ...connection, max, idleTimeoutMillis: idleTimeoutMs });
    // An idle connection that breaks: the pool has dropped it already. Without a listener the process would die,
    // and the pool itself listens to idle ones only, not to those in hand between two statements.
    this.#pool.on('error', onError);
    this.#pool.on('release', () => {
      const [longest] = this.#refused;
      longest?.();
    });
    this.#pool.on('connect', (client) => {
      client.on('error', onError);
      this.#generations.set(client, this.#generation);
      this.#open.add(client);
      client.on('error', () => { this.#open.delete(client); });
    });
    this.#pool.on('remove', (client) => { this.#open.delete(client); });
  }

  /** Connections open, idle, and calls waiting for one. */
  get state(): { total: number; idle: number; waiting: number } {
    return { total: this.#pool.totalCount, idle: this.#pool.idleCount, waiting: this.#pool.waitingCount + this.#refused.size };
  }

  /**
   * A connection; undefined where it has to be asked for again. Throws DatabaseUnavailable when the server lets nobody in
   * and no open connection came back by `deadline`, else the error of the attempt.
   */
  async connect(deadline: number): Promise<pg.PoolClient | undefined> {
    if (this.#isHopeless() && !(await this.#awaitRelease(deadline))) throw lockedOut();
    try {
      const client = await this.#pool.connect();
      if (this.#isCurrent(client)) return client;
      this.release(client, true);
      return undefined;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      this.#refusedAtMs = this.#now();
      if (this.#open.size === 0) throw error;
      if (this.#pool.idleCount > 0 || (await this.#awaitRelease(deadline))) return undefined;
      throw lockedOut(error);
    }
  }

  /** Gives a connection back; one that is broken, or of an earlier generation, is closed. */
  release(client: pg.PoolClient, isBroken: boolean): void {
    const isUseless = isBroken || !this.#isCurrent(client);
    // The pool tells of its end only when the server has taken leave.
    if (isUseless) this.#open.delete(client);
    client.release(isUseless);
  }

  /** All connections that are open lead to the wrong server: none of them is used again. */
  renew(): void {
    this.#generation += 1;
  }

  /** Closes all connections as they come back. */
  async end(): Promise<void> {
    await this.#pool.end();
  }

  #isCurrent(client: pg.PoolClient): boolean {
    return this.#generations.get(client) === this.#generation;
  }

  /** Who was just refused would be so again, at the cost of a process of the server's each time. */
  #isHopeless(): boolean {
    return this.#now() - this.#refusedAtMs < refusedMs && this.#pool.idleCount === 0 && this.#open.size > 0;
  }

  /** Resolves to whether a connection was given back in time. Each one that is wakes who waits for it longest, and nobody else. */
  #awaitRelease(deadline: number): Promise<boolean> {
    return new Promise((resolve) => {
      const finish = (isFree: boolean): void => {
        clearTimeout(timer);
        this.#refused.delete(wake);
        resolve(isFree);
      };
      const wake = (): void => { finish(true); };
      const timer = setTimeout(finish, deadline - this.#now(), false);
      this.#refused.add(wake);
    });
  }
}

/** A password that was changed, say, or no slot that is free: connections that are open still work. */
function isRefusal(error: unknown): boolean {
  return !isAcquireTimeout(error) && (!isConnectionError(error) || isServerFull(error));
}

function lockedOut(cause?: unknown): DatabaseUnavailable {
  return new DatabaseUnavailable('the database lets nobody in', { outcomeKnown: true, cause });
}
