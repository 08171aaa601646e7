import { isIn } from './kinds.ts';
import type { Operation, Plan } from './operation.ts';

interface Progress {
  readonly waiting: ReadonlyMap<string, Operation>;
  readonly running: ReadonlyMap<string, unknown>;
  readonly done: ReadonlySet<string>;
}

/**
 * What may begin of what a plan that is cut short has half done: a container that is to be replaced, and is stopped or
 * gone, is made and started all the same, and who needs other secrets for it is handed them. Nobody's health is waited
 * for. What can't get to its end, because something that it needs has failed, begins nothing more.
 */
export function readyOfHalfDone({ operations }: Plan, { waiting, running, done }: Progress): Operation[] {
  const ids = new Set(operations.map(({ id }) => id));
  const waitIds = new Set(operations.filter((one) => isIn('waits', one)).map(({ id }) => id));
  const isBegunRemoval = (one: Operation) => isIn('takes away', one) && !waiting.has(one.id);
  const made = new Set(operations.filter(({ kind }) => kind === 'create-container').map(({ subject }) => subject));
  const away = new Set(operations.filter((one) => isBegunRemoval(one) && made.has(one.subject)).map(({ subject }) => subject));

  const possible = new Map<string, boolean>();
  const canEnd = (id: string): boolean => {
    const known = possible.get(id);
    if (known !== undefined) return known;
    const operation = waiting.get(id);
    const can = done.has(id) || running.has(id) || waitIds.has(id) || (operation !== undefined && isNeeded(operation) && operation.after.every(canEnd));
    possible.set(id, can);
    return can;
  };

  const wanted = new Set<Operation>();
  const want = (operation: Operation): void => {
    if (wanted.has(operation)) return;
    wanted.add(operation);
    for (const id of operation.after) {
      const before = waiting.get(id);
      if (before !== undefined && !waitIds.has(id)) want(before);
    }
  };
  for (const operation of waiting.values()) {
    const { id, kind, subject, after } = operation;
    const isBegun = kind === 'write-secrets' ? after.some((before) => ids.has(before) && !waiting.has(before)) : bringsBack(operation) && away.has(subject);
    if (isBegun && canEnd(id)) want(operation);
  }
  return [...wanted].filter(({ after }) => after.every((id) => done.has(id) || waitIds.has(id)));
}

/** What is stopped has to go before another comes in its place. */
function bringsBack(operation: Operation): boolean {
  return isIn('brings back', operation) || operation.kind === 'remove-container';
}

/** What those may need besides, where a network is made anew for instance. */
function isNeeded(operation: Operation): boolean {
  return isIn('brings back', operation) || isIn('takes away', operation) || isIn('provides', operation);
}
