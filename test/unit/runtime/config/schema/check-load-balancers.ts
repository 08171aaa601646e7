import test from 'ava';
import { parseConfig } from '../../../../../src/runtime/config/schema/parse-config.ts';

function problemsOf(loadBalancers: object, network: object = {}): string[] {
  const parsed = parseConfig({ loadBalancers, network });
  return parsed.ok ? [] : parsed.problems.map(({ path, message }) => `${path.join('.')}: ${message}`);
}
const cluster = (own: object = {}, network: object = {}) => problemsOf({ manager: 'pacemaker', ...own }, network);

test('three nodes, two with fencing, and two or four with a tie-breaker are clusters', (t) => {
  for (const own of [{}, { nodes: 3, fencing: false }, { nodes: 2 }, { nodes: 2, quorumNode: true, fencing: false }, { nodes: 4, quorumNode: true }, { nodes: 7 }]) {
    t.deepEqual(cluster(own), [], JSON.stringify(own));
  }
});

const wrong: readonly [string, object, RegExp][] = [
  ['fewer than two nodes', { nodes: 1 }, /^loadBalancers\.nodes: 1 is fewer than two nodes/],
  ['two nodes without fencing', { nodes: 2, fencing: false }, /^loadBalancers\.fencing: two nodes without fencing/],
  ['an even number of nodes', { nodes: 4 }, /^loadBalancers\.nodes: 4 votes are an even number/],
  ['a tie-breaker too many', { nodes: 3, quorumNode: true }, /^loadBalancers\.nodes: 4 votes are an even number/],
  ['an address outside the subnet', { nodes: 2, addresses: ['172.20.0.11', '10.0.0.1'] }, /^loadBalancers\.addresses\.1: 10\.0\.0\.1 is outside network\.subnet/],
  ['the virtual address as a node\'s', { nodes: 2, addresses: ['172.20.0.11', '172.20.0.100'] }, /172\.20\.0\.100 is network\.vip/],
  ['an address twice', { nodes: 2, addresses: ['172.20.0.11', '172.20.0.11'] }, /another node's already/],
  ['an address that the Engine may give away', { nodes: 2, addresses: ['172.20.0.11', '172.20.200.1'] }, /from which the Engine gives/],
  ['fewer addresses than nodes', { addresses: ['172.20.0.11'] }, /^loadBalancers\.addresses: there are 1 addresses for 3 nodes/],
];
for (const [what, own, message] of wrong) {
  test(`${what} is one problem`, (t) => {
    const problems = cluster(own);
    t.is(problems.length, 1, problems.join('\n'));
    t.regex(problems[0] ?? '', message);
  });
}

test('a subnet that is too small for the nodes is refused', (t) => {
  t.regex(cluster({}, { subnet: '172.20.0.0/28', vip: '172.20.0.6' })[0] ?? '', /^network\.subnet: 172\.20\.0\.0\/28 is too small for 3 cluster nodes/);
  t.deepEqual(cluster({ nodes: 7 }, { subnet: '172.20.0.0/27', vip: '172.20.0.14' }), []);
});

test('keys of the cluster are refused where Keepalived runs the load balancers', (t) => {
  for (const own of [{ nodes: 3 }, { quorumNode: true }, { addresses: [] }, { authkeyFile: 'x' }]) t.is(problemsOf(own).length, 1, JSON.stringify(own));
  t.deepEqual(problemsOf({ nodes: 2 }), []);
});
