import test from 'ava';
import { connectionConfig, timestampToRfc3339 } from '../../../../src/app/db/connection.ts';
import { LookupSocket } from '../../../../src/app/lookup.ts';
import { readApiSettings } from '../../../../src/app/settings.ts';

test('timestamps are RFC 3339, whatever fraction the server prints', (t) => {
  t.is(timestampToRfc3339('2026-11-24 08:27:03.685+00'), '2026-11-24T08:27:03.685Z');
  t.is(timestampToRfc3339('2026-11-24 08:27:03+00'), '2026-11-24T08:27:03Z');
});

test('a connection finds the database without waiting for a name server that is silent', (t) => {
  const { stream } = connectionConfig(readApiSettings({}), 'test');
  t.true(stream?.() instanceof LookupSocket);
});
