import test from 'ava';
import { faultOf } from '../../../../src/cli/options/fault.ts';
import { ConfigError } from '../../../../src/runtime/errors.ts';

test('flags say one fault, with what belongs to it', (t) => {
  t.deepEqual(faultOf({ partition: 'app_1, app_2', from: 'db' }), { kind: 'partition', targets: ['app_1', 'app_2'], from: ['db'] });
  t.deepEqual(faultOf({ loss: 'app_1', percent: 20 }), { kind: 'loss', targets: ['app_1'], percent: 20 });
  t.deepEqual(faultOf({ fillDisk: 'db', size: 3 }), { kind: 'fill-disk', targets: ['db'], mebibytes: 3 });
  t.deepEqual(faultOf({ expireCert: true }), { kind: 'expire-cert', targets: ['all:traefik'] });
});

for (const [options, message] of [
  [{}, /no fault/],
  [{ kill: 'app_1', stop: 'app_2' }, /2 faults/],
  [{ loss: 'app_1' }, /^--loss needs --percent$/],
  [{ latency: 'app_1' }, /^--latency needs --ms$/],
  [{ kill: ' , ' }, /^--kill names no target$/],
  [{ loss: 'app_1', percent: 20, from: 'db' }, /^--from does not go with --loss$/],
  [{ kill: 'app_1', from: 'db' }, /^--from does not go with --kill$/],
  [{ pause: 'app_1', percent: 20 }, /^--percent does not go with --pause$/],
  [{ partition: 'app_1', ms: 5 }, /^--ms does not go with --partition$/],
  [{ expireCert: true, size: 3 }, /^--size does not go with --expire-cert$/],
] as const) {
  test(`${JSON.stringify(options)} is refused: what would be dropped was meant`, (t) => {
    t.throws(() => faultOf(options), { instanceOf: ConfigError, message });
  });
}
