import test from 'ava';
import type { ContainerDetails } from '../../../../src/runtime/engine/port.ts';
import { judgeStatus, type StatusInputs } from '../../../../src/runtime/status/judge-status.ts';
import { inspected } from '../_details.ts';
import { aService, aTopology, observedContainer } from '../plan/_build.ts';

const pod = (number: number) => [
  aService(`keepalived_${number}`, { component: 'keepalived', layer: 'load-balancer' }),
  aService(`traefik_${number}`, {
    component: 'traefik',
    layer: 'load-balancer',
    podOwner: `keepalived_${number}`,
    container: { joins: `p-keepalived_${number}`, networks: [] },
  }),
];
const topology = aTopology([...pod(1), ...pod(2), aService('db', { component: 'db', layer: 'database' })]);

function inputs(changes: Record<string, Partial<ContainerDetails> | undefined> = {}, extra: Partial<StatusInputs> = {}): StatusInputs {
  const containers = topology.services.flatMap((service): [string, ContainerDetails][] => {
    if (service.name in changes && changes[service.name] === undefined) return [];
    return [[service.container.name, inspected(observedContainer(topology, service), changes[service.name])]];
  });
  return {
    topology,
    now: new Date('2026-06-01T00:00:00Z'),
    containers: new Map(containers),
    vip: '10.1.0.100',
    holders: { holders: ['keepalived_1'], unknown: [] },
    certificates: [],
    endpoints: { https: '', http: '', vip: '', traefikDashboard: '' },
    notes: new Map(),
    incidents: new Map(),
    lacking: new Map(),
    faults: [],
    ...extra,
  };
}

test('all well is healthy, and roles follow who holds the address', (t) => {
  const report = judgeStatus(inputs());
  t.true(report.healthy);
  t.deepEqual(Object.fromEntries(report.services.map((one) => [one.name, one.role])), {
    keepalived_1: 'MASTER', traefik_1: 'active', keepalived_2: 'BACKUP', traefik_2: 'standby', db: '',
  });
});

test('a member of a pod has its owner\'s address', (t) => {
  t.is(judgeStatus(inputs()).services.find((one) => one.name === 'traefik_1')?.address, '10.1.0.9');
});

test('that clients get no answer is a problem, however healthy all is', (t) => {
  const report = judgeStatus(inputs({}, { frontDoor: { what: 'nobody answers', remedy: 'do this', isUnpublished: false } }));
  t.false(report.healthy);
  t.deepEqual(report.problems, ['nobody answers: do this']);
});

test('so is a load balancer that serves another certificate', (t) => {
  const report = judgeStatus(inputs({}, { withAnotherCertificate: ['traefik_2'] }));
  t.deepEqual(report.problems, ['traefik_2 serves another certificate than the one in use ("haplat up" mends that)']);
});

test('so is one that sends a replica no requests, and what helps depends on whether it has heard of it', (t) => {
  const unrouted = [{ balancer: 'traefik_1', replica: 'app_2', isKnown: false }, { balancer: 'traefik_2', replica: 'app_1', isKnown: true }];
  t.deepEqual(judgeStatus(inputs({}, { unrouted })).problems, [
    'traefik_1 has not heard of app_2, and sends it no requests ("haplat up" mends that)',
    'traefik_2 sends no requests to app_1, which does not answer its checks (haplat logs traefik_2)',
  ]);
});

test('that somebody else brought it up is a warning', (t) => {
  const report = judgeStatus(inputs({}, { otherState: '/home/alice/state' }));
  t.true(report.healthy);
  t.regex(report.warnings.join(), /^its files are in \/home\/alice\/state, /);
});

test('two holders of the address are a split brain, and unhealthy', (t) => {
  const report = judgeStatus(inputs({}, { holders: { holders: ['keepalived_1', 'keepalived_2'], unknown: [] } }));
  t.false(report.healthy);
  t.deepEqual(report.problems, ['split brain: 10.1.0.100 is held by keepalived_1 and keepalived_2']);
  const explained = judgeStatus(inputs({}, { holders: { holders: ['keepalived_1', 'keepalived_2'], unknown: [] }, splitReason: 'nobody hears' }));
  t.deepEqual(explained.problems, ['split brain: 10.1.0.100 is held by keepalived_1 and keepalived_2: nobody hears']);
});

test('nobody with the address is unhealthy, and so is a node that can\'t be asked', (t) => {
  const report = judgeStatus(inputs({}, { holders: { holders: [], unknown: [{ node: 'keepalived_2', reason: 'no answer' }] } }));
  t.deepEqual(report.problems, ['keepalived_2 can\'t be asked whether it holds 10.1.0.100: no answer', 'nobody holds 10.1.0.100']);
});

test('a container that was removed is missing, not forgotten', (t) => {
  const report = judgeStatus(inputs({ db: undefined }));
  t.deepEqual(report.problems, ['db is missing']);
  t.is(report.services.at(-1)?.state, 'missing');
});

test('one that somebody took off its network can\'t do its work, whatever its own check says; one that has stopped has none', (t) => {
  const cut = judgeStatus(inputs({ db: { addresses: {} } }));
  t.regex(cut.problems.join(), /^db runs and can't do its work \(not connected to the network .+: run "haplat up"\)$/);
  t.is(cut.services.at(-1)?.ready, false);
  t.deepEqual(judgeStatus(inputs({ db: { state: 'exited', addresses: {} } })).problems, ['db is exited']);
});

test('a half dead pod is a dead node, and the other one no longer survives a loss', (t) => {
  const report = judgeStatus(inputs({ traefik_2: { state: 'exited', health: 'none' } }));
  t.deepEqual(report.redundancy[0], { layer: 'load-balancer', nodes: 2, healthy: 1, survivesLossOfOne: false });
});

test('why the check of one that runs fails is part of the problem', (t) => {
  const healthLog = [{ endedAt: new Date(0), exitCode: 1, output: 'starting: recovering 000000010000000000000003' }];
  const starting = judgeStatus(inputs({ db: { health: 'starting', healthLog } }));
  t.deepEqual(starting.problems, ['db is starting (recovering 000000010000000000000003)']);
  t.deepEqual(judgeStatus(inputs({ db: { state: 'exited', health: 'none', healthLog } })).problems, ['db is exited']);
  t.true(judgeStatus(inputs({ db: { healthLog } })).healthy);
});

test('what the guardian says is part of the problem', (t) => {
  const report = judgeStatus(inputs({ db: { state: 'exited' } }, { notes: new Map([['db', 'backed off, died 7 times']]) }));
  t.deepEqual(report.problems, ['db is exited (backed off, died 7 times)']);
});

test('a fault that a drill left in place and a certificate that runs out are problems', (t) => {
  const certificates = [{ file: 'server.crt', subject: 'CN=localhost', notBefore: '2025-06-03T00:00:00Z', notAfter: '2026-06-04T00:00:00Z', daysLeft: 3 }];
  const report = judgeStatus(inputs({}, { certificates, faults: ['pause traefik_1'] }));
  t.deepEqual(report.problems, ['server.crt expires in 3 days', 'a drill\'s fault is still in place: pause traefik_1 (haplat heal ends it)']);
});

test('a certificate that was never meant to last is told of in the last third of its time', (t) => {
  const told = (daysLeft: number) => {
    const certificates = [{ file: 'server.crt', subject: 'CN=localhost', notBefore: '2026-05-30T00:00:00Z', notAfter: '2026-06-08T00:00:00Z', daysLeft }];
    return judgeStatus(inputs({}, { certificates })).problems;
  };
  t.deepEqual(told(7), []);
  t.deepEqual(told(2), ['server.crt expires in 2 days']);
});

test('a certificate that is not valid yet is a problem', (t) => {
  const certificates = [{ file: 'ca.crt', subject: 'CN=p', notBefore: '2028-01-01T00:00:00Z', notAfter: '2038-01-01T00:00:00Z', daysLeft: 4000 }];
  t.deepEqual(judgeStatus(inputs({}, { certificates })).problems, ['ca.crt is not valid before 2028-01-01T00:00:00Z ("haplat up" mends that)']);
});

test('a service that lives and lacks something is not well, and does not cover for another', (t) => {
  const report = judgeStatus(inputs({}, { lacking: new Map([['db', 'unavailable: disk full']]) }));
  t.false(report.healthy);
  t.deepEqual(report.problems, ["db runs and can't do its work (unavailable: disk full)"]);
  t.like(report.services.find((one) => one.name === 'db'), { health: 'healthy', ready: false, note: 'unavailable: disk full' });
  t.is(report.redundancy.find((one) => one.layer === 'database')?.healthy, 0);
});

test('what was healed is a warning, with how often, the last time, and the limit that it ran into', (t) => {
  const at = '2026-11-28T17:53:06.123Z';
  const once = judgeStatus(inputs({}, { incidents: new Map([['db', [{ at, what: 'was ended by SIGKILL' }]]]) }));
  t.true(once.healthy);
  t.deepEqual(once.warnings, ['db: was ended by SIGKILL at 2026-11-28T17:53:06Z']);
  const limited = aTopology([aService('app_1', { component: 'app', layer: 'application', container: { memoryLimitMiB: 256 } })]);
  const what = 'was ended because its memory ran out';
  const twice = judgeStatus({ ...inputs(), topology: limited, incidents: new Map([['app_1', [{ at, what }, { at, what }]]]) });
  t.deepEqual(twice.warnings, [`app_1: 2 incidents within a day, the last: ${what} (limit 256 MiB) at 2026-11-28T17:53:06Z`]);
  t.is(twice.services[0]?.incidents.length, 2);
});

test('a platform whose guardians, or their way to the Engine, are all gone says that nothing is healed', (t) => {
  const watched = aTopology((['guardian', 'engine-proxy'] as const).flatMap((component) => [1, 2].map((number) => aService(`${component}_${number}`, { component }))));
  const containers = new Map(watched.services.map((service): [string, ContainerDetails] => [
    service.container.name,
    inspected(observedContainer(watched, service)),
  ]));
  const problemsWithout = (...dead: readonly string[]) =>
    judgeStatus({ ...inputs(), topology: watched, containers: new Map([...containers].filter(([name]) => !dead.includes(name))) }).problems;
  const unguarded = 'nothing is healed by itself: no guardian reaches the Engine (haplat up brings them back)';
  t.false(problemsWithout('p-guardian_1', 'p-engine-proxy_2').includes(unguarded));
  t.true(problemsWithout('p-guardian_1', 'p-guardian_2').includes(unguarded));
  t.true(problemsWithout('p-engine-proxy_1', 'p-engine-proxy_2').includes(unguarded));
  t.false(problemsWithout(...containers.keys()).includes(unguarded));
});

test('a cluster survives the loss of one as long as the others are a majority, the one that only votes among them', (t) => {
  const survives = (names: readonly string[], dead: readonly string[] = []) => {
    const nodes = names.map((name) => aService(name, { component: name === 'quorum' ? 'quorum' : 'lb', layer: 'load-balancer' }));
    const cluster = aTopology(nodes, { cluster: { cib: '', sections: '', corosync: '', hash: '', members: [...names] } });
    const details = nodes.map((node): [string, ContainerDetails] => [node.container.name, inspected(observedContainer(cluster, node), dead.includes(node.name) ? { state: 'exited' } : {})]);
    return judgeStatus({ ...inputs(), topology: cluster, containers: new Map(details) }).redundancy[0]?.survivesLossOfOne;
  };
  const three = ['lb_1', 'lb_2', 'lb_3'];
  t.true(survives(three));
  t.false(survives(three, ['lb_2']), 'one of three is no majority');
  t.true(survives(['lb_1', 'lb_2', 'quorum']));
  t.false(survives(['lb_1', 'lb_2', 'quorum'], ['lb_2']));
  t.true(survives(['lb_1', 'lb_2']), 'of two alone either goes on');
  const five = [...three, 'lb_4', 'lb_5'];
  t.true(survives(five, ['lb_5']));
  t.false(survives(five, ['lb_4', 'lb_5']));
});
