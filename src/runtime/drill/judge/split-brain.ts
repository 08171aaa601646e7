import type { HolderChange } from './history.ts';

/**
 * A node says that it gives the address up before it takes it off its interface, and the next one is quick: for that
 * moment both have it, and only the new one answers for it. Longer than this is two masters.
 */
export const handOverMs = 100;

/** The longest time that two nodes or more had the virtual address on an interface at once, by what their kernels said. */
export function longestOverlapMs(changes: readonly HolderChange[], endedAtMs: number): number {
  const holders = new Set<string>();
  let sinceMs: number | undefined;
  let longest = 0;
  for (const { node, atMs, holds } of changes.toSorted((a, b) => a.atMs - b.atMs)) {
    if (holds) holders.add(node);
    else holders.delete(node);
    if (holders.size > 1) sinceMs ??= atMs;
    else if (sinceMs !== undefined) {
      longest = Math.max(longest, atMs - sinceMs);
      sinceMs = undefined;
    }
  }
  return sinceMs === undefined ? longest : Math.max(longest, endedAtMs - sinceMs);
}
