import type { Engine } from '../engine/port.ts';
import { OperationError } from '../errors.ts';
import { holderProblems, readVipHolders, type VipHolders } from '../observe/vip-holders.ts';
import { whyUnheard } from '../observe/why-unheard.ts';
import { addressNodes } from '../topology/cluster/members.ts';
import type { Topology } from '../topology/topology.ts';
import { type Deadline, waitFor } from '../wait-until.ts';

const pollMs = 200;

/**
 * Waits until one node has the virtual address and no other. All of them are healthy before that: a node that hears no
 * other is, too. OperationError on the deadline, with the reason where the nodes' logs tell.
 */
export async function awaitHolder(
  engine: Pick<Engine, 'inspectContainer' | 'exec' | 'logs'>,
  topology: Topology,
  vip: string,
  options: Deadline,
): Promise<void> {
  const nodes = addressNodes(topology);
  let seen: VipHolders = { holders: [], unknown: [] };
  const isSole = await waitFor(async () => {
    seen = await readVipHolders(engine, vip, nodes);
    return holderProblems(vip, seen).length === 0;
  }, { ...options, pollMs });
  if (isSole) return;
  const [problem = '', ...others] = holderProblems(vip, seen);
  const reason = seen.holders.length > 1 ? await whyUnheard(engine, [...nodes.values()]) : undefined;
  throw new OperationError(`${problem}, still so after ${options.timeoutMs / 1000} s`, {
    remedy: `look at "haplat status" and "haplat logs ${[...nodes.keys()].join(' ')}"`,
    details: reason === undefined ? others : [...others, reason],
  });
}
