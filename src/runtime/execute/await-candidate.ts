import type { Engine } from '../engine/port.ts';
import { OperationError } from '../errors.ts';
import { type Deadline, waitFor } from '../wait-until.ts';

const pollMs = 100;
const execTimeoutMs = 5000;
/** Where a node keeps the state that Keepalived reported last: templates/keepalived/log-transitions. */
const stateFile = '/run/vrrp.state';

/**
 * Waits until a node's Keepalived may have the virtual address: not in FAULT, as it is until its own check has found that
 * Traefik answers. The address may be taken from another node only then. OperationError on the deadline.
 */
export async function awaitCandidate(
  engine: Pick<Engine, 'exec'>,
  { subject, node }: { readonly subject: string; readonly node: string },
  options: Deadline,
): Promise<void> {
  let state = 'unknown';
  const isCandidate = await waitFor(async () => {
    state = (await stateOf(engine, node)) ?? state;
    return state === 'BACKUP' || state === 'MASTER';
  }, { ...options, pollMs });
  if (!isCandidate) {
    throw new OperationError(`the node of ${subject} may not have the virtual address: its Keepalived is in the state ${state}`, {
      remedy: `look at "haplat logs ${subject}" and those of its node, then run "haplat up" again`,
    });
  }
}

/** Undefined while it can't be asked, or has reported nothing yet. */
async function stateOf(engine: Pick<Engine, 'exec'>, node: string): Promise<string | undefined> {
  const answer = await engine.exec(node, ['cat', stateFile], { timeoutMs: execTimeoutMs }).catch(() => undefined);
  return answer?.exitCode === 0 ? answer.stdout.trim() : undefined;
}
