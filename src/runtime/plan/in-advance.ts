import { isIn } from './kinds.ts';
import type { Plan } from './operation.ts';

/**
 * Splits a plan in two: steps that users do not notice, and that take long or are the likeliest to fail (an image that can't be
 * had, data that a new image can't take over), and the rest, which is carried out after them.
 */
export function inAdvance({ project, operations }: Plan): { readonly advance: Plan; readonly rest: Plan } {
  const advance = operations.filter((one) => isIn('beforehand', one));
  const ids = new Set(advance.map(({ id }) => id));
  const rest = operations.filter(({ id }) => !ids.has(id)).map((operation) => ({ ...operation, after: operation.after.filter((id) => !ids.has(id)) }));
  return { advance: { project, operations: advance }, rest: { project, operations: rest } };
}
