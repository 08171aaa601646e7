import test from 'ava';
import { configSchema } from '../../../../../src/runtime/config/schema/config.ts';
import { ConfigError } from '../../../../../src/runtime/errors.ts';
import { checkTraefik } from '../../../../../src/runtime/platform/preflight/old-traefik.ts';

function check(image: string, found: { readonly version?: string } | undefined): Promise<void> {
  const engine = { inspectImage: () => Promise.resolve(found && { id: 'x', sizeBytes: 1, env: {}, ...found }) };
  return checkTraefik({ config: configSchema.parse({ loadBalancers: { image } }), source: 'haplat.yaml' }, engine);
}

test('a Traefik that was pulled before what its tag now stands for is refused with the mend', async (t) => {
  const error = await t.throwsAsync(check('traefik:v3', { version: 'v3.6.4' }), { instanceOf: ConfigError });
  t.is(error.message, 'haplat.yaml: loadBalancers.image: the traefik:v3 that this Engine has is Traefik v3.6.4, and that tag\'s is newer by now');
  t.is(error.remedy, 'get it with "haplat images pull --renew", or name the one that you want: traefik:v3.6.4');
});

test('one that is new enough, missing, or of which nobody knows the version is taken, and so is an old one by its name', async (t) => {
  for (const found of [{ version: '3.7.1' }, { version: 'v4.0.0' }, { version: 'trixie' }, {}, undefined]) await t.notThrowsAsync(check('traefik:v3', found));
  await t.notThrowsAsync(check('traefik:v3.6.4', { version: 'v3.6.4' }));
});
