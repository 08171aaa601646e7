import { toCompose } from '../../runtime/export/compose.ts';
import { prepare } from '../../runtime/platform/prepare.ts';
import type { Invocation } from '../invocation.ts';

export async function runExportCompose(invocation: Invocation): Promise<void> {
  const loaded = await invocation.loadConfig();
  const { topology } = await prepare(loaded, { readOnly: true, onWarning: invocation.warn });
  const text = toCompose(topology);
  const head = [
    '# Written by "haplat export compose". The files it mounts are those that "haplat up" writes:',
    `# ${loaded.stateDirectory}`,
  ];
  invocation.result({ schema: 'haplat.export/1', compose: text }, () => [...head, text.trimEnd()].join('\n'));
}
