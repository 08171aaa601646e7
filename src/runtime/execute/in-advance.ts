import type { Operation, Plan } from '../plan/operation.ts';

const unnoticed: ReadonlySet<Operation['kind']> = new Set(['ensure-image', 'check-data', 'ready-data']);

/**
 * A plan in two: what nobody notices who uses what runs, may take minutes, and fails sooner than the rest (an image that can't be
 * had, data that a new image can't take over), and all else, to be carried out when that is done.
 */
export function inAdvance({ project, operations }: Plan): { readonly advance: Plan; readonly rest: Plan } {
  const advance = operations.filter(({ kind }) => unnoticed.has(kind));
  const ids = new Set(advance.map(({ id }) => id));
  const rest = operations.filter(({ id }) => !ids.has(id)).map((operation) => ({ ...operation, after: operation.after.filter((id) => !ids.has(id)) }));
  return { advance: { project, operations: advance }, rest: { project, operations: rest } };
}
