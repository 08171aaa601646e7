import { healAll } from '../../runtime/drill/heal/heal.ts';
import { journalOf } from '../../runtime/platform/state/journal.ts';
import { withProjectLock } from '../../runtime/platform/state/lock.ts';
import { requireOwnState } from '../../runtime/platform/state/state-in-use.ts';
import type { Invocation } from '../invocation.ts';

export async function runHeal(invocation: Invocation): Promise<void> {
  const loaded = await invocation.loadConfig();
  const engine = await invocation.connect(loaded);
  await requireOwnState(loaded, engine);
  const undone = await withProjectLock(loaded, { signal: invocation.signal, onNote: invocation.note }, () => healAll({ engine, ...journalOf(loaded) }));
  const lines = undone.map(({ inWords, at }) => `undone: ${inWords} (since ${at})`);
  invocation.result({ schema: 'haplat.heal/1', project: loaded.config.project, undone }, () => (lines.length === 0 ? 'No fault is in place.' : lines.join('\n')));
}
