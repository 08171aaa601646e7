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
type Deadlines = typeof ample;
/** So long ago an answer tells that the database is there; longer than what came before the turn that a test is about. */
const recentMs = 1000;
const statement = { name: 'nothing', text: 'SELECT' };
const never = new AbortController().signal;

interface Server {
  readonly answers: Answers;
  readonly check: () => Promise<void>;
}
const well: Server = { answers: () => 'rows', check: () => Promise.resolve() };

async function openDatabase(t: ExecutionContext, welcomes: Welcomes, { answers, check: checkSchema }: Server = well, deadlines: Partial<Deadlines> = {}): Promise<Database> {
  const { connectMs, statementMs, waitMs } = { ...ample, ...deadlines };
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
  const database = new Database({ settings, logger, signal: end.signal, queueMax: 10, waitMs, checkSchema });
  t.teardown(async () => {
    end.abort();
    server.close();
    await rm(folder, { recursive: true });
  });
  database.start();
  t.true(await database.gate.waitUntilUp(5000));
  return database;
}

const query = (database: Database, idempotent = true) => database.run((connection) => connection.query(statement), { idempotent });

/** A database to which the pool has one connection open, and can open no other. However long opening that one takes. */
async function openWithOneConnection(t: ExecutionContext, deadlines: Partial<Deadlines> = {}): Promise<Database> {
  let letsIn = true;
  const database = await openDatabase(t, () => letsIn, well, { connectMs: short.connectMs, ...deadlines });
  for (const until = performance.now() + 5000; ; ) {
    await database.gate.waitUntilUp(5000);
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
const busyWhile = (database: Database, goesOn: () => boolean): Promise<void> =>
  database.run(async (connection) => {
    while (goesOn()) {
      await connection.query(statement);
      await pause(5, never);
    }
  }, { idempotent: true });
const busyFor = (database: Database, ms: number): Promise<void> => {
  const until = performance.now() + ms;
  return busyWhile(database, () => performance.now() < until);
};

/** `ask` meets a connection that is in use for as long as it takes to be answered, or refused. */
async function whileBusy(database: Database, ask: () => Promise<unknown>): Promise<void> {
  let isAsking = true;
  const other = busyWhile(database, () => isAsking);
  try {
    await ask();
  } finally {
    isAsking = false;
  }
  await other;
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
  const database = await openWithOneConnection(t);
  const other = busyFor(database, recentMs + 1.5 * short.connectMs);
  await pause(recentMs, never);
  await t.notThrowsAsync(query(database));
  t.true(database.gate.up);
  await other;
});

test('but not for longer than a statement may take', async (t) => {
  const database = await openWithOneConnection(t, { statementMs: short.statementMs });
  await whileBusy(database, async () => {
    const startMs = performance.now();
    await t.throwsAsync(query(database), { instanceOf: DatabaseOverloaded });
    t.true(performance.now() - startMs >= short.statementMs - 1);
    t.true(database.gate.up);
  });
});

/** A database whose tables have gone since it was opened; the check brings them back if it may. */
async function openAndLoseTables(t: ExecutionContext, mayMigrate: () => boolean, deadlines?: Partial<Deadlines>) {
  const state = { hasTables: true, checks: 0 };
  const database = await openDatabase(t, () => true, {
    answers: () => (state.hasTables ? 'rows' : 'no table'),
    check: () => {
      state.checks += 1;
      state.hasTables ||= mayMigrate();
      return state.hasTables ? Promise.resolve() : Promise.reject(new SchemaIncomplete('no tables'));
    },
  }, deadlines);
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
  t.true(await database.gate.waitUntilUp(5000));
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
async function openAndRefuse(t: ExecutionContext, how: 'refused' | 'full', deadlines?: Partial<Deadlines>): Promise<Database> {
  let letsIn: boolean | 'refused' | 'full' = true;
  const database = await openDatabase(t, () => letsIn, well, deadlines);
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
async function openAndChange(t: ExecutionContext, deadlines?: Partial<Deadlines>) {
  const state: { answer: ReturnType<Answers>; connections: number } = { answer: 'rows', connections: 0 };
  const welcomes = () => {
    state.connections += 1;
    return true;
  };
  const database = await openDatabase(t, welcomes, { answers: () => state.answer, check: () => Promise.resolve() }, deadlines);
  await query(database);
  return { database, state };
}

test('a server that takes no writes and is no standby is told of at once, and looked at again once a second at most', async (t) => {
  const { database, state } = await openAndChange(t);
  state.answer = 'read-only';
  const startMs = performance.now();
  const before = state.connections;
  while (performance.now() < startMs + 600) await t.throwsAsync(query(database), { instanceOf: DatabaseReadOnly });
  // A look is a connection of its own, and one that is opened anew in the pool.
  const looks = 1 + Math.ceil((performance.now() - startMs) / recentMs);
  t.true(state.connections - before <= 2 * looks, `${state.connections - before} connections were opened for ${looks} looks`);
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
    t.true(await database.gate.waitUntilUp(5000));
  }
});

test('what found no connection was not carried out', async (t) => {
  const database = await openDatabase(t, (connection) => connection === 1 || 'refused', well, { waitMs: short.waitMs });
  t.like(await query(database).catch((thrown: unknown) => thrown), { name: 'DatabaseUnavailable', outcomeKnown: true });
});
