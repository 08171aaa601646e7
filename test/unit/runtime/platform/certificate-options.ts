import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { ensureCertificates, listCertificates } from '../../../../src/runtime/certs/ensure-certificates.ts';
import { configSchema } from '../../../../src/runtime/config/schema/config.ts';
import { certificateOptions } from '../../../../src/runtime/platform/certificate-options.ts';

test('a server is known by the address at which its ports are published, where that is a certain one', async (t) => {
  const stateDirectory = await mkdtemp(join(tmpdir(), 'haplat-certs-'));
  t.teardown(() => rm(stateDirectory, { recursive: true }));
  const everywhere = ['localhost', '127.0.0.1', '0:0:0:0:0:0:0:1', '172.20.0.100'];
  for (const [bindAddress, names] of [['192.0.2.5', [...everywhere, '192.0.2.5']], ['127.0.0.1', everywhere], ['::', everywhere]] as const) {
    const loaded = { config: configSchema.parse({ ports: { bindAddress } }), source: 'haplat.yaml', stateDirectory };
    await ensureCertificates(certificateOptions(loaded));
    t.deepEqual((await listCertificates(certificateOptions(loaded)))[0]?.names.toSorted(), names.toSorted(), bindAddress);
  }
});
