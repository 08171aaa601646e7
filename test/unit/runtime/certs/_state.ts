import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CertificateOptions } from '../../../../src/runtime/certs/ensure-certificates.ts';

export const vip = '172.20.0.100';
export const base = { source: 'haplat.yaml', project: 'p', owner: { uid: 10001, gid: 10001 }, vip, names: ['*.example.com', 'fd00::5'], days: 397 };

/** A state directory of the test's own, gone after it. */
export async function withState(action: (options: CertificateOptions) => Promise<void>): Promise<void> {
  const stateDirectory = await mkdtemp(join(tmpdir(), 'haplat-certs-'));
  try {
    await action({ ...base, stateDirectory });
  } finally {
    await rm(stateDirectory, { recursive: true });
  }
}
