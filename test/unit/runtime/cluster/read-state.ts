import test from 'ava';
import { readClusterState } from '../../../../src/runtime/cluster/read-state.ts';

const fencing = (target: string, at: string) => `<fence_event action="reboot" target="${target}" client="pacemaker-controld.1" origin="lb_1" status="success" delegate="lb_1" completed="${at}"/>`;

function printed(events: readonly string[], { quorate = true, dc = true } = {}): string {
  return `Quorate:          ${quorate ? 'Yes' : 'No'}
Expected votes:   3
---
<pacemaker-result><summary><current_dc present="${String(dc)}" name="lb_1"/></summary><nodes/>
<fence_history>${events.join('')}</fence_history></pacemaker-result>`;
}

/** Nodes that answer with what is given for them, or not at all. */
async function read(answers: Readonly<Record<string, string | undefined>>): ReturnType<typeof readClusterState> {
  const exec = (container: string) => {
    const stdout = answers[container];
    return stdout === undefined ? Promise.reject(new Error('it is dead')) : Promise.resolve({ stdout, stderr: '', exitCode: 0 });
  };
  return readClusterState({ exec }, new Map(Object.keys(answers).map((name) => [name, name])));
}

test('who was fenced is known to one node as long as a node that has just come does not know it', async (t) => {
  const [early, late] = [fencing('lb_1', '2026-11-24 18:43:44.348269Z'), fencing('lb_3', '2026-11-24 18:44:27.260270Z')];
  const noted = fencing('lb_3', '2026-11-24 18:44:27.264270Z');
  const state = await read({ lb_1: printed([]), lb_2: printed([late, early]), lb_3: printed([noted]) });
  t.deepEqual(state?.fencing.history.map(({ target }) => target), ['lb_3', 'lb_1']);
});

test('a node may be fenced twice, and what one node knows is not told twice', async (t) => {
  const [first, second] = [fencing('lb_2', '2026-11-24 18:43:44.348269Z'), fencing('lb_2', '2026-11-24 18:43:59.752269Z')];
  const state = await read({ lb_1: printed([second, first]), lb_3: printed([second, first]) });
  t.deepEqual(state?.fencing.history.map(({ at }) => at), ['2026-11-24 18:43:59.752269Z', '2026-11-24 18:43:44.348269Z']);
});

test('what is being fenced is what the part sees that decides', async (t) => {
  const pending = '<fence_event action="reboot" target="lb_2" client="c" origin="lb_1" status="pending"/>';
  const state = await read({ lb_1: undefined, lb_2: printed([], { quorate: false }), lb_3: printed([pending]) });
  t.true(state?.quorate);
  t.deepEqual(state?.fencing.history.map(({ target, at }) => [target, at]), [['lb_2', undefined]]);
});

test('without any answer there is no state', async (t) => {
  t.is(await read({ lb_1: undefined }), undefined);
});
