import type pg from 'pg';
import type { CommonSettings } from '../settings.ts';
import type { Logger } from '../logging.ts';
import { connectionConfig, probeDatabase } from './connection.ts';
import {
  DatabaseOverloaded,
  DatabaseReadOnly,
  DatabaseUnavailable,
  isAcquireTimeout,
  isConnectionError,
  isConnectionTimeout,
  isReadOnlyServer,
  isRetryableConflict,
  isSchemaLost,
} from './errors.ts';
import { AvailabilityGate } from './gate.ts';
import { ConnectionPool } from './pool.ts';
import { asQueryable, type Queryable, type Statement } from './queryable.ts';

export interface RunOptions {
  /** Doing it twice does no harm: it is repeated when the connection breaks in the middle. */
  readonly idempotent: boolean;
}

export interface DatabaseOptions {
  readonly settings: CommonSettings;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /** Waiting calls beyond this are refused with DatabaseOverloaded. */
  readonly queueMax: number;
  /** How long a call may wait for a database that is away, in ms. */
  readonly waitMs: number;
  /** Asked on a connection of its own at the start, and when a table was not there: throws while the schema is not what is needed. */
  readonly checkSchema: (connection: Queryable) => Promise<void>;
  /** The clock, in ms; performance.now() unless a test has another. */
  readonly now?: () => number;
}

const CONFLICT_RETRIES = 5;
// An answer this recent proves that the database is there.
const RECENT_MS = 1_000;

/** The pool with what a database that goes and comes needs: a gate, and repeats within a deadline. */
export class Database {
  readonly gate: AvailabilityGate;
  readonly #pool: ConnectionPool;
  readonly #options: DatabaseOptions;
  readonly #now: () => number;
  #hasSchema = false;
  /** When a statement last succeeded. Not when a transaction did: one may last longer than a connection may take to open. */
  #lastAnswer = Number.NEGATIVE_INFINITY;
  /** When it was last seen that the server is no standby. */
  #lastPrimary = Number.NEGATIVE_INFINITY;

  constructor(options: DatabaseOptions) {
    const { settings, logger, signal } = options;
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.#pool = new ConnectionPool({
      connection: connectionConfig(settings, 'pool'),
      max: settings.DB_POOL_MAX,
      idleTimeoutMs: settings.DB_IDLE_TIMEOUT_MS,
      now: this.#now,
      onError: (error) => { this.suspect(error); },
    });
    this.gate = new AvailabilityGate({
      probe: () => probeDatabase(settings, (client) => this.#awaitSchema(client)),
      signal,
      now: this.#now,
      onDown: (err) => { logger.warn({ err }, 'database lost'); },
      onUp: (downMs) => {
        this.#lastPrimary = this.#now();
        logger.info({ downMs: Math.round(downMs) }, 'database available');
      },
    });
  }

  /** Starts to look for the database. */
  start(): void {
    this.gate.start();
  }

  /** The server is there, and the schema is not. */
  get lacksSchema(): boolean {
    return isSchemaLost(this.gate.lastFailure);
  }

  /** Runs `work` on one connection, each statement for itself. Throws DatabaseUnavailable, DatabaseReadOnly, DatabaseOverloaded or what `work` throws. */
  async run<T>(work: (connection: Queryable) => Promise<T>, options: RunOptions): Promise<T> {
    const deadline = this.#now() + this.#options.waitMs;
    // Whether a connection broke in the middle of it: what it did may have been committed.
    let mayHaveArrived = false;
    for (let conflicts = 0, losses = 0; ; ) {
      const client = await this.#acquire(deadline).catch((error: unknown) => {
        throw mayHaveArrived ? new DatabaseUnavailable('the database went away', { outcomeKnown: false, cause: error }) : error;
      });
      try {
        const result = await work(asQueryable(client, () => { this.#lastAnswer = this.#now(); }));
        this.#pool.release(client, false);
        return result;
      } catch (error) {
        const isReadOnly = isReadOnlyServer(error) && this.#isPrimary();
        const broken = isConnectionError(error) && !isReadOnly;
        this.#pool.release(client, broken);
        if (isReadOnly) throw new DatabaseReadOnly('the database takes no writes', { cause: error });
        // That a server is read-only is an answer.
        mayHaveArrived ||= broken && !isReadOnlyServer(error);
        if (broken || (isSchemaLost(error) && losses === 0)) {
          this.suspect(error);
          // With a schema that is said to be there, a table of another name is missing: that is no matter of waiting.
          losses += Number(!broken);
          if (options.idempotent && this.#now() < deadline) continue;
          throw new DatabaseUnavailable('the database went away', { outcomeKnown: !mayHaveArrived, cause: error });
        }
        conflicts += 1;
        if (!isRetryableConflict(error) || conflicts > CONFLICT_RETRIES) throw error;
      }
    }
  }

  /** Runs `work` in a transaction; it is undone if `work` throws. Repeats and errors as with `run`. */
  transaction<T>(work: (transaction: Queryable) => Promise<T>, options: RunOptions): Promise<T> {
    return this.run(async (connection) => {
      await connection.query(begin);
      let result: T;
      try {
        result = await work(connection);
      } catch (error) {
        if (!isConnectionError(error) || isReadOnlyServer(error)) await connection.query(rollback);
        throw error;
      }
      await connection.query(commit);
      return result;
    }, options);
  }

  /** Connections open, idle, and calls waiting for one. */
  get poolState(): { total: number; idle: number; waiting: number } {
    return this.#pool.state;
  }

  /** Closes all connections as they come back; the caller has stopped using it. */
  async close(): Promise<void> {
    await this.#pool.end();
  }

  /**
   * Closes the gate after an error of a connection or for want of the schema, unless it was a timeout while others got
   * their answers: then the machine is busy, and to start over would only add to that. Returns whether the gate was closed.
   */
  suspect(error: unknown): boolean {
    if (isConnectionTimeout(error) && this.#isAnswering()) return false;
    // A primary that became a standby keeps its connections open: all of them lead to the wrong server.
    if (isReadOnlyServer(error) && this.gate.up) this.#pool.renew();
    if (isSchemaLost(error)) this.#hasSchema = false;
    this.gate.trip(error);
    return true;
  }

  async #acquire(deadline: number): Promise<pg.PoolClient> {
    const patienceEnd = this.#now() + this.#options.settings.DB_STATEMENT_TIMEOUT_MS;
    for (let cause: unknown; ; ) {
      await this.#awaitGate(deadline, cause);
      if (this.#pool.state.waiting > this.#options.queueMax) throw new DatabaseOverloaded('too many requests wait for a connection');
      try {
        const client = await this.#pool.connect(deadline);
        if (client !== undefined) return client;
      } catch (error) {
        if (error instanceof DatabaseUnavailable) throw error;
        cause = error;
        const isBusy = isAcquireTimeout(error) || !this.suspect(error);
        // While others get their answers, a connection is about to become free: worth as long as a statement may take.
        if (isBusy && !(this.#isAnswering() && this.#now() < patienceEnd)) {
          throw new DatabaseOverloaded('no connection became free or could be opened in time', { cause: error });
        }
      }
    }
  }

  /** A database that was away is hardly another one: that a table is missing is noticed by who asks for it, and early enough. */
  async #awaitSchema(client: pg.ClientBase): Promise<void> {
    if (this.#hasSchema) return;
    await this.#options.checkSchema(asQueryable(client));
    this.#hasSchema = true;
  }

  /** Lately seen to be one: then to look again, and to open all connections anew, would change nothing. */
  #isPrimary(): boolean {
    return this.#now() - this.#lastPrimary < RECENT_MS;
  }

  #isAnswering(): boolean {
    return this.#now() - this.#lastAnswer < RECENT_MS;
  }

  async #awaitGate(deadline: number, cause: unknown): Promise<void> {
    if (this.gate.up) return;
    // In an outage that has lasted a while, waiting is of no use: fail at once.
    const hopeMs = this.#options.waitMs * 3 - this.gate.downForMs;
    const waitMs = Math.min(deadline - this.#now(), hopeMs);
    if (await this.gate.waitUntilUp(waitMs)) return;
    throw new DatabaseUnavailable('the database cannot be reached', { outcomeKnown: true, cause });
  }
}

const begin: Statement = { name: 'begin', text: 'BEGIN' };
const commit: Statement = { name: 'commit', text: 'COMMIT' };
const rollback: Statement = { name: 'rollback', text: 'ROLLBACK' };
