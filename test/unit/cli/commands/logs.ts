import test from 'ava';
import { chooseSources } from '../../../../src/cli/commands/logs.ts';

const sources = ['app_1', 'app_2', 'db'].map((service) => ({ service, component: service.replace(/_.*/, ''), container: `one-${service}` }));
const chosen = (...names: string[]) => chooseSources(sources, names).map(({ service }) => service);

test('logs are of who is named, by name or by component, each once; of all without a name', (t) => {
  t.deepEqual(chosen('app_2'), ['app_2']);
  t.deepEqual(chosen('app', 'app_2'), ['app_1', 'app_2']);
  t.deepEqual(chosen('db', 'app_1'), ['app_1', 'db']);
  t.deepEqual(chosen(), ['app_1', 'app_2', 'db']);
});

test('a name that nobody has is said with those that there are', (t) => {
  t.throws(() => chosen('app_1', 'ap'), { name: 'ConfigError', message: 'there is no container ap' });
  t.throws(() => chooseSources([], []), { name: 'ConfigError', message: 'there are no containers of this project' });
});
