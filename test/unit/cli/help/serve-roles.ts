import test from 'ava';
import { serveRoles } from '../../../../src/cli/help/serve-roles.ts';
import { probeFlags, probeOptionsSchema } from '../../../../src/runtime/drill/probe/options.ts';

test('the help has each flag of the probe, with its default', (t) => {
  const defaults: Readonly<Record<string, unknown>> = probeOptionsSchema.parse({ url: 'https://127.0.0.1/' });
  for (const [flag, key] of Object.entries(probeFlags)) {
    const line = serveRoles.split('\n').find((one) => one.startsWith(`  --${flag} `)) ?? '';
    const preset = defaults[key];
    const isScalar = key !== 'url' && ['string', 'number'].includes(typeof preset);
    t.true(line !== '' && (!isScalar || line.endsWith(`(${String(preset)})`)), `--${flag}: ${line}`);
  }
});
