import test from 'ava';
import { readiness, readinessStatus, readyAllPath } from '../../../src/app/health.ts';
import { Lifecycle } from '../../../src/app/lifecycle.ts';

const broker = { channel: undefined, isBlocked: false };

function of(database: { readonly up: boolean; readonly lacksSchema: boolean }, { migrated = true } = {}) {
  const lifecycle = new Lifecycle();
  if (migrated) lifecycle.markSchemaReady();
  return readiness({ lifecycle, database: { gate: { up: database.up }, lacksSchema: database.lacksSchema }, broker }, { brokerRequired: false });
}

test('who has never had a schema is starting, whatever is missing for it', (t) => {
  t.like(of({ up: false, lacksSchema: false }, { migrated: false }), { ready: false, status: 'starting', checks: { database: 'down', schema: 'down' } });
  t.like(of({ up: false, lacksSchema: true }, { migrated: false }), { ready: false, status: 'starting', checks: { database: 'up', schema: 'down' } });
});

test('a database that is away has not lost its schema, one that came back without it has', (t) => {
  t.like(of({ up: false, lacksSchema: false }), { ready: false, status: 'unavailable', checks: { database: 'down', schema: 'up' } });
  t.like(of({ up: false, lacksSchema: true }), { ready: false, status: 'unavailable', checks: { database: 'up', schema: 'down' } });
  t.like(of({ up: true, lacksSchema: false }), { ready: true, checks: { database: 'up', schema: 'up' } });
});

const well = { gate: { up: true }, lacksSchema: false };
const migrated = new Lifecycle();
migrated.markSchemaReady();
const stuckFor = (failingForMs: number, { channel }: { readonly channel: unknown } = { channel: 'open' }) =>
  readiness({ lifecycle: migrated, database: well, broker: { channel, isBlocked: false }, relay: { failingForMs } }, { brokerRequired: false });

test('an outbox from which nothing gets to a broker that can be reached is told of, a moment of it is not', (t) => {
  t.like(stuckFor(0), { ready: true, status: 'ready', checks: { outbox: 'up' } });
  t.like(stuckFor(2000), { ready: true, status: 'ready' });
  t.like(stuckFor(10_000), { ready: true, status: 'degraded', checks: { broker: 'up', outbox: 'stuck' } });
});

test('that most requests fail is told, unless the database is away', (t) => {
  const told = (up: boolean, areMostFailing = false) =>
    readiness(
      { lifecycle: migrated, database: { gate: { up }, lacksSchema: false }, broker: { channel: 'open', isBlocked: false }, answers: { failing: ['POST /items'], areMostFailing } },
      { brokerRequired: false },
    );
  t.like(told(true), { ready: true, status: 'degraded', checks: { database: 'up', answers: 'up', operations: 'failing' }, failing: ['POST /items'] });
  t.like(told(true, true), { ready: true, status: 'degraded', checks: { answers: 'failing', operations: 'failing' } });
  t.like(told(false), { ready: false, status: 'unavailable', checks: { database: 'down', answers: 'up', operations: 'up' } });
  t.false('failing' in told(false));
});

test('a worker whose attempts fail says of which jobs', (t) => {
  const attempts = (...failing: string[]) =>
    readiness({ lifecycle: migrated, database: well, broker: { channel: 'open', isBlocked: false }, attempts: { failing } }, { brokerRequired: true });
  t.like(attempts(), { ready: true, status: 'ready', checks: { attempts: 'up' } });
  t.like(attempts('process'), { ready: true, status: 'degraded', checks: { attempts: 'failing' }, failing: ['process'] });
});

test('with the database away, or without its tables, that alone is told', (t) => {
  const told = (lacksSchema: boolean) =>
    readiness({ lifecycle: migrated, database: { gate: { up: false }, lacksSchema }, broker, relay: { failingForMs: 10_000 } }, { brokerRequired: false });
  t.like(told(false), { status: 'unavailable', checks: { database: 'down', schema: 'up', outbox: 'up' } });
  t.like(told(true), { status: 'unavailable', checks: { database: 'up', schema: 'down', outbox: 'up' } });
});

test('what the API does without for a while counts only where all is asked for', (t) => {
  const degraded = stuckFor(0, { channel: undefined });
  t.deepEqual([readinessStatus(degraded, '/readyz'), readinessStatus(degraded, readyAllPath)], [200, 503]);
  t.is(readinessStatus(stuckFor(0), readyAllPath), 200);
  const unready = of({ up: false, lacksSchema: false });
  t.deepEqual([readinessStatus(unready, '/readyz'), readinessStatus(unready, readyAllPath)], [503, 503]);
});
