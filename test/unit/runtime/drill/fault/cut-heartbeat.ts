import test from 'ava';
import { faultSchema } from '../../../../../src/runtime/drill/fault/fault.ts';
import { planFault } from '../../../../../src/runtime/drill/fault/job.ts';
import { cutHeartbeatFault } from '../../../../../src/runtime/drill/fault/network.ts';
import { services } from '../target/_services.ts';

const onNobody = {} as Parameters<typeof cutHeartbeatFault.inject>[1];
const cut = (...targets: string[]) => cutHeartbeatFault.inject(planFault('id', 'p', faultSchema.parse({ kind: 'cut-heartbeat', targets }), targets, services, '/tls'), onNobody);

test('what has no heartbeat can\'t lose it', async (t) => {
  t.deepEqual(await cut('keepalived_1', 'app_1'), { noEffect: 'app_1 gives no signs of life to load-balancer nodes' });
  t.deepEqual(await cut('db'), { noEffect: 'db gives no signs of life to load-balancer nodes' });
});

test('a load balancer shares its node\'s', async (t) => {
  // As far as the tool, of which there is no image here.
  t.notRegex(JSON.stringify(await cut('traefik_1', 'keepalived_2')), /signs of life/);
});
