import type { History, HolderChange } from './history.ts';

/**
 * A node says that it gives the address up before it takes it off its interface, and the next one is quick: for that
 * moment both have it, and only the new one answers for it. Longer than this is two masters.
 */
export const handOverMs = 100;

/**
 * The longest time that two nodes or more which clients can reach had the virtual address on an interface at once, by
 * what their kernels said.
 */
export function longestOverlapMs(changes: readonly HolderChange[], cutOff: History['cutOff'], endedAtMs: number): number {
  const holders = new Set<string>();
  const unreachable = new Set<string>();
  let sinceMs: number | undefined;
  let longest = 0;
  for (const { atMs, apply } of steps(changes, cutOff, holders, unreachable)) {
    apply();
    if ([...holders].filter((node) => !unreachable.has(node)).length > 1) sinceMs ??= atMs;
    else if (sinceMs !== undefined) {
      longest = Math.max(longest, atMs - sinceMs);
      sinceMs = undefined;
    }
  }
  return sinceMs === undefined ? longest : Math.max(longest, endedAtMs - sinceMs);
}

function steps(changes: readonly HolderChange[], cutOff: History['cutOff'], holders: Set<string>, unreachable: Set<string>) {
  const all = [
    ...changes.map(({ node, atMs, holds }) => ({ atMs, apply: () => (holds ? holders.add(node) : holders.delete(node)) })),
    ...cutOff.flatMap(({ node, fromMs, toMs = Infinity }) => [
      { atMs: fromMs, apply: () => unreachable.add(node) },
      { atMs: toMs, apply: () => unreachable.delete(node) },
    ]),
  ];
  return all.filter(({ atMs }) => atMs !== Infinity).toSorted((a, b) => a.atMs - b.atMs);
}
