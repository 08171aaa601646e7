import type { Operation } from './operation.ts';

/**
 * Sorts operations so that each comes behind those it waits for; otherwise as they came.
 * Throws when they wait for each other in a circle, or two have the same id: defects of the planner.
 */
export function inOrder(operations: readonly Operation[]): Operation[] {
  const byId = new Map(operations.map((operation) => [operation.id, operation]));
  if (byId.size < operations.length) throw new Error(`operations with the same id: ${operations.map(({ id }) => id).filter((id, index, ids) => ids.indexOf(id) < index).join(', ')}`);
  const sorted = new Map<string, Operation>();
  const visit = (operation: Operation, path: readonly string[]): void => {
    if (sorted.has(operation.id)) return;
    if (path.includes(operation.id)) throw new Error(`operations wait for each other: ${[...path, operation.id].join(' → ')}`);
    for (const id of operation.after) {
      const before = byId.get(id);
      if (before !== undefined) visit(before, [...path, operation.id]);
    }
    sorted.set(operation.id, operation);
  };
  for (const operation of operations) visit(operation, []);
  return [...sorted.values()];
}
