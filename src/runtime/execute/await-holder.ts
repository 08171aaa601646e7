import type { Engine } from '../engine/port.ts';
import { OperationError } from '../errors.ts';
import { readVipHolders } from '../status/vip-holders.ts';
import { whyUnheard } from '../status/why-unheard.ts';
import { isNode } from '../topology/cluster/members.ts';
import type { Topology } from '../topology/topology.ts';
import { waitUntil } from '../wait-until.ts';

const pollMs = 200;

/**
 * Waits until one node has the virtual address and no other. All of them are healthy before that: a node that hears no
 * other is, too. OperationError on the deadline, with the reason where the nodes' logs tell.
 */
export async function awaitHolder(
  engine: Pick<Engine, 'inspectContainer' | 'exec' | 'logs'>,
  topology: Topology,
  vip: string,
  options: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<void> {
  const nodes = new Map(topology.services.filter(({ component }) => isNode(component)).map(({ name, container }) => [name, container.name]));
  let seen: readonly string[] = [];
  const isSole = await waitUntil(async () => {
    const { holders, unknown } = await readVipHolders(engine, vip, nodes);
    seen = holders;
    return holders.length === 1 && unknown.length === 0 ? true : undefined;
  }, { ...options, pollMs });
  if (isSole !== undefined) return;
  const reason = seen.length > 1 ? await whyUnheard(engine, [...nodes.values()]) : undefined;
  const who = seen.length === 0 ? 'nobody' : seen.join(' and ');
  throw new OperationError(`${vip} is held by ${who} after ${options.timeoutMs / 1000} s${seen.length > 1 ? ': a split brain' : ''}`, {
    remedy: `look at "haplat status" and "haplat logs ${[...nodes.keys()].join(' ')}"`,
    details: reason === undefined ? [] : [reason],
  });
}
