import { readHostProc } from '../engine/host-proc.ts';
import { labels } from '../engine/labels.ts';
import type { Engine } from '../engine/port.ts';
import { messageOf } from '../errors.ts';

const execTimeoutMs = 3000;

type HolderEngine = Pick<Engine, 'inspectContainer' | 'exec'>;

/** Who has the virtual address on an interface, as the nodes themselves say. */
export interface VipHolders {
  readonly holders: readonly string[];
  /** Nodes that could not be asked, and why: they may hold it. */
  readonly unknown: readonly { readonly node: string; readonly reason: string }[];
}

/** Looks at the addresses in the network namespace of each node (service name → container name): the kernel's, not anybody's belief. */
export async function readVipHolders(
  engine: HolderEngine,
  vip: string,
  nodes: ReadonlyMap<string, string>,
): Promise<VipHolders> {
  const answers = await Promise.all([...nodes].map(([node, container]) => ask(engine, vip, node, container)));
  return {
    holders: answers.flatMap((answer) => ('holds' in answer && answer.holds ? [answer.node] : [])),
    unknown: answers.flatMap((answer) => ('reason' in answer ? [{ node: answer.node, reason: answer.reason }] : [])),
  };
}

/** What is wrong with that: anything but one node with the address, and all of them asked. */
export function holderProblems(vip: string, { holders, unknown }: VipHolders, splitReason?: string): string[] {
  const unasked = unknown.map(({ node, reason }) => `${node} can't be asked whether it holds ${vip}: ${reason}`);
  if (holders.length > 1) return [...unasked, `split brain: ${vip} is held by ${holders.join(' and ')}${splitReason === undefined ? '' : `: ${splitReason}`}`];
  return holders.length === 0 ? [...unasked, `nobody holds ${vip}`] : unasked;
}

type Answer = { readonly node: string } & ({ readonly holds: boolean } | { readonly reason: string });

async function ask(engine: HolderEngine, vip: string, node: string, container: string): Promise<Answer> {
  try {
    const details = await engine.inspectContainer(container);
    // One route is there whoever has the address; its holder has the interface's as well.
    const always = details?.labels[labels.localVip] === undefined ? 0 : 1;
    const seen = details && (await readHostProc(details, 'net/fib_trie'));
    if (seen !== undefined) return { node, holds: localRoutes(seen, vip) > always };
    // The kernel's own table: needs no tool in the image, and no fork but cat's.
    const { stdout, exitCode } = await engine.exec(container, ['cat', '/proc/net/fib_trie'], { timeoutMs: execTimeoutMs });
    return exitCode === 0 ? { node, holds: localRoutes(stdout, vip) > always } : { node, reason: `exit code ${exitCode}` };
  } catch (error) {
    return { node, reason: messageOf(error) };
  }
}

/**
 * How many routes make an address the host's own, by the text of /proc/net/fib_trie (`|-- ADDRESS`, then a line
 * `/32 host LOCAL` for each). Its two tables are printed twice where the kernel keeps them as one: the longer list counts.
 */
export function localRoutes(fibTrie: string, address: string): number {
  const lines = fibTrie.split('\n').map((line) => line.trim());
  const lists = lines.flatMap((line, index) => (line === `|-- ${address}` ? [[...lines.slice(index + 1), '']] : []));
  return Math.max(0, ...lists.map((after) => after.findIndex((line) => line !== '/32 host LOCAL')));
}
