import type { Plan } from './operation.ts';

/** The services that a plan stops, removes or makes anew: nobody else is to start them meanwhile. */
export function takenAway({ operations }: Plan): string[] {
  const isTaken = new Set(['stop-container', 'remove-container', 'create-container']);
  return [...new Set(operations.filter(({ kind }) => isTaken.has(kind)).map(({ subject }) => subject))];
}
