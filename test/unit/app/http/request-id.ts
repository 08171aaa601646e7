import test from 'ava';
import { requestIdFrom, traceparentFrom } from '../../../../src/app/http/request-id.ts';

test('a sane request id is kept', (t) => {
  t.is(requestIdFrom('edge-1:42/a'), 'edge-1:42/a');
});

test('an absent, long or dangerous request id is replaced', (t) => {
  for (const header of [undefined, '', 'a'.repeat(129), 'a b', '<script>', 'x\ny', ['a', 'b']]) {
    t.regex(requestIdFrom(header), /^[0-9a-f-]{36}$/);
  }
});

test('only a well-formed traceparent is carried along', (t) => {
  const good = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  t.is(traceparentFrom(good), good);
  t.is(traceparentFrom(good.toUpperCase()), undefined);
  t.is(traceparentFrom('00-1-2-3'), undefined);
  t.is(traceparentFrom(undefined), undefined);
  t.is(traceparentFrom(`ff${good.slice(2)}`), undefined);
  t.is(traceparentFrom('00-00000000000000000000000000000000-00f067aa0ba902b7-01'), undefined, 'no trace');
  t.is(traceparentFrom('00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01'), undefined, 'no parent');
});

test('of a later version the fields that are known are carried along, of this one there are no others', (t) => {
  const known = '-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  t.is(traceparentFrom(`01${known}-what-comes`), `01${known}`);
  t.is(traceparentFrom(`00${known}-what-comes`), undefined);
  t.is(traceparentFrom(`01${known}-${'x'.repeat(300)}`), undefined);
});
