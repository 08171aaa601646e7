import type { EngineEvent } from '../../engine/port.ts';
import type { DrillInputs } from '../drill.ts';
import type { EngineWatch } from '../watch/engine-watch.ts';
import type { Restored } from './history-of-run.ts';
import { readTransitions } from '../watch/node-log.ts';
import { viewPlatform, type PlatformView } from '../watch/platform-view.ts';

const lookEachMs = 500;

interface Parts {
  readonly inputs: DrillInputs;
  readonly targets: readonly string[];
  /** Before the fault. */
  readonly view: PlatformView;
  readonly events: EngineWatch;
}

/** Waits until all is healthy again, does its work and, for a fault that killed, has been started again; undefined on the deadline. */
export async function awaitRestored(parts: Parts, injectedAtMs: number): Promise<Restored | undefined> {
  const { inputs, events } = parts;
  const { recoverWithinMs, signal } = inputs;
  const until = performance.now() + recoverWithinMs;
  let wasLate = false;
  while (performance.now() < until && events.lost === undefined) {
    const after = eventsSince(events, injectedAtMs);
    // The Engine's list runs a little behind its events: what has died must have been seen to start.
    const dead = after.filter((event) => event.action === 'die').map(({ container }) => container);
    const isUp = dead.every((container) => after.some((event) => event.action === 'start' && event.container === container));
    if (isUp && (await serveAgain(parts, injectedAtMs)) && (await viewPlatform(inputs)).problems.length === 0) {
      if ((await inputs.unready()).length === 0) return { seenAtMs: events.engineNowMs(), wasLate };
      wasLate = true;
    }
    await events.changed(lookEachMs, signal);
  }
  return undefined;
}

/** Whether processes that the fault has ended in a node run anew, as the node says: the Engine does not see them. */
async function serveAgain({ inputs, targets, view }: Parts, injectedAtMs: number): Promise<boolean> {
  if (!['kill', 'stop', 'restart'].includes(inputs.fault.kind)) return true;
  const nodes = targets.flatMap((target) => {
    const { process, podOwner, container } = view.services.get(target) ?? {};
    return process === undefined || podOwner === undefined || container === undefined ? [] : [[podOwner, container] as const];
  });
  const transitions = await readTransitions(inputs.engine, new Map(nodes), new Date(injectedAtMs));
  return nodes.every(([node]) => transitions.some((one) => one.node === node && one.state === 'serving'));
}

/** What happened to services; the probe and other things of the drill's own are none. */
export function eventsSince({ events }: EngineWatch, sinceMs: number): EngineEvent[] {
  return events.filter((event) => event.atMs >= sinceMs && event.service !== '');
}
