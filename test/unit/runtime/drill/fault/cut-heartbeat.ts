import test from 'ava';
import { cutHeartbeatFault } from '../../../../../src/runtime/drill/fault/network.ts';
import { jobOn } from './_jobs.ts';

const onNobody = {} as Parameters<typeof cutHeartbeatFault.inject>[1];
const cut = (...targets: string[]) => cutHeartbeatFault.inject(jobOn(targets, { kind: 'cut-heartbeat' }), onNobody);

test('what has no heartbeat can\'t lose it', async (t) => {
  t.deepEqual(await cut('keepalived_1', 'app_1'), { noEffect: 'app_1 gives no signs of life to load-balancer nodes' });
  t.deepEqual(await cut('db'), { noEffect: 'db gives no signs of life to load-balancer nodes' });
});

test('a load balancer shares its node\'s', async (t) => {
  // As far as the tool, of which there is no image here.
  t.notRegex(JSON.stringify(await cut('traefik_1', 'keepalived_2')), /signs of life/);
});
