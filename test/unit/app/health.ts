import test from 'ava';
import { readiness } from '../../../src/app/health.ts';
import { Lifecycle } from '../../../src/app/state.ts';

const broker = { channel: undefined, isBlocked: false };

function of(database: { readonly up: boolean; readonly lacksSchema: boolean }, { migrated = true } = {}) {
  const lifecycle = new Lifecycle();
  if (migrated) lifecycle.markMigrated();
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
