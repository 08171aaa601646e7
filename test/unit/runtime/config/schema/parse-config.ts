import test from 'ava';
import { parseConfig } from '../../../../../src/runtime/config/schema/parse-config.ts';

function problemOf(input: unknown): string {
  const parsed = parseConfig(input);
  if (parsed.ok) return '';
  const [first] = parsed.problems;
  return first === undefined ? '' : `${first.path.join('.')}: ${first.message} → ${first.remedy}`;
}

for (const [input, problem] of [
  [{ postgres: { user: 'netdata' } }, /^postgres\.user: netdata is the role/],
  [{ postgres: { user: 'pg_shop' } }, /^postgres\.user: .* PostgreSQL's own/],
  [{ postgres: { user: 'public' } }, /^postgres\.user: .* PostgreSQL's own/],
  [{ postgres: { database: 'template1' } }, /^postgres\.database: .* template/],
  [{ rabbitmq: { user: 'netdata' } }, /^rabbitmq\.user: netdata is the user/],
  [{ network: { dataSubnet: '127.5.0.0/24' } }, /^network\.dataSubnet: .* can't be a network of containers/],
  [{ network: { dataSubnet: '239.1.0.0/24' } }, /^network\.dataSubnet: .* can't be a network of containers/],
  [{ certificates: { names: ['192.168.1.300'] } }, /^certificates\.names\.0: /],
  [{ certificates: { names: ['1.2.3'] } }, /^certificates\.names\.0: /],
  [{ certificates: { days: 1 } }, /^certificates\.days: /],
  [{ engine: { socketPaths: '/x' } }, /did you mean engine\.socketPath\?$/],
  [{ objectives: { maxRestore: 1 } }, /did you mean objectives\.maxRestoreMs\?$/],
  [{ loadBalancers: { zzz: 1 } }, /known here: .*nodes, addresses/],
] as const) {
  test(`${JSON.stringify(input)} is refused, with what to do`, (t) => {
    t.regex(problemOf(input), problem);
  });
}

test('names of hosts and addresses of both families are taken', (t) => {
  t.is(problemOf({ certificates: { names: ['shop', 'a1.b2', '*.example.com', '3com.example', '192.168.1.3', 'fd00::5'], days: 2 } }), '');
});
