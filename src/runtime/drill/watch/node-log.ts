import * as z from 'zod';
import type { Engine } from '../../engine/port.ts';
import { transitionStates, type Transition } from '../judge/history.ts';

const common = {
  subject: z.string().optional(),
  at: z.union([z.number(), z.iso.datetime().transform((text) => Date.parse(text))]),
};
const line = z.discriminatedUnion('event', [
  z.object({ event: z.literal('check'), state: z.enum(transitionStates.check), ...common }),
  z.object({ event: z.literal('vrrp'), state: z.enum(transitionStates.vrrp), ...common }),
  z.object({ event: z.literal('node'), state: z.enum(transitionStates.node), ...common }),
  z.object({ event: z.literal('fencing'), state: z.enum(transitionStates.fencing), ...common }),
]);

/** What the nodes said of their checks and virtual routers, from their logs since then. Other lines are skipped. */
export async function readTransitions(engine: Engine, nodes: ReadonlyMap<string, string>, since: Date): Promise<Transition[]> {
  const all = await Promise.all(
    [...nodes].map(async ([node, container]) => {
      const transitions: Transition[] = [];
      for await (const { text } of engine.logs(container, { since })) {
        const found = text.startsWith('{') ? toTransition(node, text) : undefined;
        if (found !== undefined && found.atMs >= since.getTime()) transitions.push(found);
      }
      return transitions;
    }),
  );
  return all.flat().toSorted((a, b) => a.atMs - b.atMs);
}

/** Reads one line of a node's log; undefined for one that tells of no transition. */
export function toTransition(node: string, text: string): Transition | undefined {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { data } = line.safeParse(document);
  return data && { node, kind: data.event, state: data.state, atMs: data.at, ...(data.subject !== undefined && data.subject !== '' && { subject: data.subject }) };
}
