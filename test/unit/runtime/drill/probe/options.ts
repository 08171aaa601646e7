import test from 'ava';
import { parseProbeArguments, probeCommand } from '../../../../../src/runtime/drill/probe/options.ts';
import { ConfigError } from '../../../../../src/runtime/errors.ts';

test('a probe’s command is read back as it was meant', (t) => {
  const options = { url: 'https://172.20.0.100/items?limit=1', rate: 200, timeoutMs: 700, modes: ['fresh', 'pooled'] as ('fresh' | 'pooled')[], ledgerRate: 10, runId: 'drill-1', serverName: 'shop.example.com' };
  const [serve, probe, ...args] = probeCommand(options);
  t.deepEqual([serve, probe], ['serve', 'probe']);
  t.like(parseProbeArguments(args), options);
});

for (const args of [[], ['--url', 'nowhere'], ['--url', 'ftp://a/'], ['--url', 'http://a/', '--rate', '0'], ['--url', 'http://a/', '--what'], ['--url', 'http://a/', '--mode', 'new']]) {
  test(`a probe that is told “${args.join(' ')}” says what is wrong`, (t) => {
    t.throws(() => parseProbeArguments(args), { instanceOf: ConfigError, message: /^serve probe: / });
  });
}
