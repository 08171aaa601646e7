import test from 'ava';
import { asksForLook } from '../../../../src/runtime/guardian/asks-for-look.ts';

const event = (action: string, service: string, component: string) => ({ action, service, component, container: `p-${service}`, atMs: 0 });

test('what happens to a service asks for a look, an exec in it does not', (t) => {
  for (const action of ['die', 'start', 'pause', 'health_status', 'destroy']) t.true(asksForLook(event(action, 'db', 'database'), false), action);
  t.false(asksForLook(event('exec_start', 'db', 'database'), false));
});

test('a drill\'s probe, which is no service, does not', (t) => {
  t.false(asksForLook(event('die', '', ''), false));
});

test('a guardian that stands by looks when something happens to a guardian', (t) => {
  t.false(asksForLook(event('die', 'db', 'database'), true));
  t.true(asksForLook(event('die', 'guardian_1', 'guardian'), true));
  t.true(asksForLook(event('health_status', 'guardian_1', 'guardian'), true));
});
