import { resolve } from 'node:path';
import { writeCluster } from '../../runtime/platform/export-cluster.ts';
import type { Invocation } from '../invocation.ts';

export async function runExportCluster(invocation: Invocation, _options: object, [folder = '.']: readonly string[]): Promise<void> {
  const loaded = await invocation.loadConfig();
  const files = await writeCluster(loaded, resolve(folder));
  invocation.result({ schema: 'haplat.export-cluster/1', files }, () => [...files, 'README.md says what to do with them.'].join('\n'));
}
