import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { Database } from '../../../../src/app/db/database.ts';
import { DatabaseOverloaded, DatabaseReadOnly, DatabaseUnavailable, SchemaIncomplete } from '../../../../src/app/db/errors.ts';
import { pause } from '../../../../src/app/backoff.ts';
import { createLogger } from '../../../../src/app/logging.ts';
import { readApiSettings } from '../../../../src/app/settings.ts';
import { fakePostgres, type Answers, type Welcomes } from './_fake-postgres.ts';

/** For what is to be seen to pass. What is to be seen to succeed has as long as a busy machine may take. */
const short = { connectMs: 100, statementMs: 400, waitMs: 500 };
const ample = { connectMs: 10_000, statementMs: 10_000, waitMs: 20_000 };
interface Times extends Readonly<typeof ample> {
  readonly now: () => number;
}
/** So long ago an answer tells that the database is there. */
const recentMs = 1000;
const statement = { name: 'nothing', text: 'SELECT' };
const never = new AbortController().signal;

interface Server {
  readonly answers: Answers;
  readonly check: () => Promise<void>;
}
const well: Server = { answers: () => 'rows', check: () => Promise.resolve() };

async function openDatabase(t: ExecutionContext, welcomes: Welcomes, { answers, check: checkSchema }: Server = well, times: Partial<Times> = {}): Promise<Database> {
  const { connectMs, statementMs, waitMs, ...clock } = { ...ample, ...times };
  const server = await fakePostgres(welcomes, answers);
  const folder = await mkdtemp(join(tmpdir(), 'haplat-db-'));
  const file = join(folder, 'password');
  await writeFile(file, 'secret');
  const settings = readApiSettings({
    DB_HOST: '127.0.0.1', DB_PORT: String(server.port), DB_PASSWORD_FILE: file,
    DB_CONNECT_TIMEOUT_MS: String(connectMs), DB_STATEMENT_TIMEOUT_MS: String(statementMs),
  });
  const end = new AbortController();
  const logger = createLogger({ service: 'api', instance: 'test' }, 'silent');
  const database = new Database({ settings, logger, signal: end.signal, queueMax: 10, waitMs, checkSchema, ...clock });
  t.teardown(async () => {
    end.abort();
    server.close();
    await rm(folder, { recursive: true });
  });
  database.start();
  t.true(await database.gate.waitUntilUp(ample.waitMs));
  return database;
}

/** A clock that stands still until the test moves it. */
function aClock() {
  const clock = { ms: 0, now: () => clock.ms };
  return clock;
}

const query = (database: Database, idempotent = true) => database.run((connection) => connection.query(statement), { idempotent });

/** A database to which the pool has one connection open, and can open no other. However long opening that one takes. */
async function openWithOneConnection(t: ExecutionContext, times: Partial<Times> = {}): Promise<Database> {
  let letsIn = true;
  const database = await openDatabase(t, () => letsIn, well, { connectMs: short.connectMs, ...times });
  for (const until = performance.now() + ample.waitMs; ; ) {
    await database.gate.waitUntilUp(ample.waitMs);
    try {
      await query(database);
      break;
    } catch (error) {
      if (performance.now() > until) throw error;
    }
  }
  letsIn = false;
  return database;
}

/** Uses a connection, statement by statement, as long as it `goesOn`. */
const busyWhile = (database: Database, goesOn: () => boolean, onAnswer: () => void = () => undefined): Promise<void> =>
  database.run(async (connection) => {
    while (goesOn()) {
      await connection.query(statement);
      onAnswer();
      await pause(5, never);
    }
  }, { idempotent: true });
const busyFor = (database: Database, ms: number): Promise<void> => {
  const until = performance.now() + ms;
  return busyWhile(database, () => performance.now() < until);
};

/** Has a connection in hand until it is told to end. */
function aLongTurn(database: Database) {
  let goesOn = true;
  let next = Promise.withResolvers<undefined>();
  const over = busyWhile(database, () => goesOn, () => {
    next.resolve(undefined);
    next = Promise.withResolvers();
  });
  return {
    /** Resolves with its next answer. */
    answered: () => next.promise,
    end: async () => {
      goesOn = false;
      await over;
    },
  };
}

/** `ask` meets a connection that is in use for as long as it takes to be answered, or refused. */
async function whileBusy(database: Database, ask: () => Promise<unknown>): Promise<void> {
  const turn = aLongTurn(database);
  try {
    await ask();
  } finally {
    await turn.end();
  }
}

test('who can open no connection in time gets one that another has given back, as long as others get their answers', async (t) => {
  const database = await openWithOneConnection(t);
  const other = busyFor(database, short.connectMs / 2);
  await t.notThrowsAsync(query(database));
  t.true(database.gate.up);
  await other;
});

test('who waits for a connection that others take turns with gets one as well, though later than it takes to open one', async (t) => {
  const database = await openWithOneConnection(t);
  const turns = [1, 2, 3].map(() => busyFor(database, (short.connectMs * 3) / 4));
  await t.notThrowsAsync(Promise.all(turns));
});

test('one long turn of which each statement is answered is an answer, too', async (t) => {
  const clock = aClock();
  const database = await openWithOneConnection(t, { now: clock.now });
  const turn = aLongTurn(database);
  await turn.answered();
  clock.ms += recentMs;
  await turn.answered();
  const asking = query(database);
  await pause(1.5 * short.connectMs, never);
  await turn.end();
  await t.notThrowsAsync(asking);
  t.true(database.gate.up);
});

test('but not for longer than a statement may take', async (t) => {
  const clock = aClock();
  const database = await openWithOneConnection(t, { statementMs: short.statementMs, now: clock.now });
  await whileBusy(database, async () => {
    let isRefused = false;
    const asking = query(database).catch((error: unknown) => {
      isRefused = true;
      throw error;
    });
    await pause(1.5 * short.connectMs, never);
    t.false(isRefused);
    clock.ms += short.statementMs;
    await t.throwsAsync(asking, { instanceOf: DatabaseOverloaded });
    t.true(database.gate.up);
  });
});

/** A database whose tables have gone since it was opened; the check brings them back if it may. */
async function openAndLoseTables(t: ExecutionContext, mayMigrate: () => boolean, times?: Partial<Times>) {
  const state = { hasTables: true, checks: 0 };
  const database = await openDatabase(t, () => true, {
    answers: () => (state.hasTables ? 'rows' : 'no table'),
    check: () => {
      state.checks += 1;
      state.hasTables ||= mayMigrate();
      return state.hasTables ? Promise.resolve() : Promise.reject(new SchemaIncomplete('no tables'));
    },
  }, times);
  state.hasTables = false;
  return { database, state };
}

test('a database that came back empty gets its schema, and what met it without is repeated', async (t) => {
  const { database, state } = await openAndLoseTables(t, () => true);
  await t.notThrowsAsync(query(database));
  t.is(state.checks, 2);
  t.true(database.gate.up);
  t.false(database.lacksSchema);
});

test('while the schema is missing the database is not available, and it is known why', async (t) => {
  let mayMigrate = false;
  const { database } = await openAndLoseTables(t, () => mayMigrate, { waitMs: short.waitMs });
  await t.throwsAsync(query(database), { instanceOf: DatabaseUnavailable });
  t.false(database.gate.up);
  t.true(database.lacksSchema);
  mayMigrate = true;
  t.true(await database.gate.waitUntilUp(ample.waitMs));
  await t.notThrowsAsync(query(database));
});

test('a table that the check knows nothing of is asked for twice and no more', async (t) => {
  const state = { asked: 0, hasTables: true };
  const answers = () => {
    state.asked += 1;
    return state.hasTables ? 'rows' : 'no table';
  };
  const database = await openDatabase(t, () => true, { answers, check: () => Promise.resolve() });
  state.hasTables = false;
  await t.throwsAsync(query(database), { message: /does not exist/ });
  t.is(state.asked, 2);
});

/** One connection is open, and no other is to be had. */
async function openAndRefuse(t: ExecutionContext, how: 'refused' | 'full', times?: Partial<Times>): Promise<Database> {
  let letsIn: boolean | 'refused' | 'full' = true;
  const database = await openDatabase(t, () => letsIn, well, times);
  await query(database);
  letsIn = how;
  return database;
}

for (const how of ['refused', 'full'] as const) {
  test(`of those who find the server ${how} each is served by the connection that is open, in turn`, async (t) => {
    const database = await openAndRefuse(t, how);
    const turns = [1, 2, 3, 4].map(() => busyFor(database, 50));
    await t.notThrowsAsync(Promise.all(turns));
    t.true(database.gate.up);
    t.is(database.poolState.total, 1);
  });
}

test('who is refused, and gets no turn in time, fails alone', async (t) => {
  const database = await openAndRefuse(t, 'refused', { waitMs: short.waitMs });
  await whileBusy(database, () => t.throwsAsync(query(database), { instanceOf: DatabaseUnavailable }));
  t.true(database.gate.up);
});

test('a server that is full when nobody is in yet is away, however many ask', async (t) => {
  let connections = 0;
  const database = await openDatabase(t, (connection) => {
    connections = connection;
    return connection === 1 || 'full';
  }, well, { waitMs: short.waitMs });
  const before = connections;
  const asking = Array.from({ length: 200 }, async (_, turn) => {
    await pause(turn * 2, never);
    await query(database).catch(() => undefined);
  });
  await Promise.all(asking);
  t.false(database.gate.up);
  t.true(connections - before < 60, `${connections - before} connections for 200 requests`);
});

test('a database that lets nobody in is away', async (t) => {
  const database = await openDatabase(t, (connection) => connection === 1 || 'refused', well, { waitMs: short.waitMs });
  await t.throwsAsync(query(database), { instanceOf: DatabaseUnavailable });
  t.false(database.gate.up);
});

/** A database that is well until it answers otherwise; `connections` counts those opened. */
async function openAndChange(t: ExecutionContext, times?: Partial<Times>) {
  const state: { answer: ReturnType<Answers>; connections: number } = { answer: 'rows', connections: 0 };
  const welcomes = () => {
    state.connections += 1;
    return true;
  };
  const database = await openDatabase(t, welcomes, { answers: () => state.answer, check: () => Promise.resolve() }, times);
  await query(database);
  return { database, state };
}

test('a server that takes no writes and is no standby is told of at once, and looked at again once a second at most', async (t) => {
  const clock = aClock();
  const { database, state } = await openAndChange(t, { now: clock.now });
  state.answer = 'read-only';
  // A look is a connection of its own, and one that is opened anew in the pool. The first is not needed: it has just been seen to be a primary.
  for (const connections of [0, 2, 2]) {
    const before = state.connections;
    for (let asked = 0; asked < 20; asked += 1) await t.throwsAsync(query(database), { instanceOf: DatabaseReadOnly });
    t.is(state.connections - before, connections);
    clock.ms += recentMs;
  }
  state.answer = 'rows';
  await t.notThrowsAsync(query(database));
});

test('what a connection broke in the middle of may have been carried out, however often it is repeated', async (t) => {
  const { database, state } = await openAndChange(t, { waitMs: short.waitMs });
  for (const idempotent of [true, false]) {
    state.answer = 'gone';
    // Once each: whoever comes after it may find no connection, and then it is known that nothing was carried out.
    const error = await query(database, idempotent).catch((thrown: unknown) => thrown);
    t.like(error, { name: 'DatabaseUnavailable', message: 'the database went away', outcomeKnown: false });
    state.answer = 'rows';
    t.true(await database.gate.waitUntilUp(ample.waitMs));
  }
});

test('what found no connection was not carried out', async (t) => {
  const database = await openDatabase(t, (connection) => connection === 1 || 'refused', well, { waitMs: short.waitMs });
  t.like(await query(database).catch((thrown: unknown) => thrown), { name: 'DatabaseUnavailable', outcomeKnown: true });
});
