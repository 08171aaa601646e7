import { isIn } from './kinds.ts';
import type { Plan } from './operation.ts';

/** The services that a plan stops, removes or makes anew: nobody else is to start them meanwhile. */
export function takenAway({ operations }: Plan): string[] {
  const taken = operations.filter((one) => isIn('takes away', one) || one.kind === 'create-container');
  return [...new Set(taken.map(({ subject }) => subject))];
}
