import { messageOf } from '../../errors.ts';
import type { FaultDriver } from './fault.ts';

/** The Engine tells of a death at once; this long, and there was none. */
const diesWithinMs = 5000;

/** SIGKILL to process 1 of each target, all at once. The Engine suppresses its restart policy: the guardian heals. */
export const killFault: FaultDriver = {
  async inject(targets, { engine, events, services, signal }) {
    const containers = targets.map((target) => services.get(target) ?? target);
    const seenBefore = events.events.length;
    const kills = await Promise.allSettled(containers.map((container) => engine.killContainer(container)));
    const refused = kills.find((kill) => kill.status === 'rejected');
    if (refused !== undefined) return { noEffect: messageOf(refused.reason) };
    let injectedAtMs = Infinity;
    for (const container of containers) {
      const death = await events.find(
        (event) => event.container === container && event.action === 'die' && events.events.indexOf(event) >= seenBefore,
        diesWithinMs,
        signal,
      );
      if (death === undefined) return { noEffect: `the Engine did not report the death of ${container}` };
      const kill = events.events.slice(seenBefore).find((event) => event.container === container && event.action === 'kill');
      injectedAtMs = Math.min(injectedAtMs, kill?.atMs ?? death.atMs);
    }
    return { injectedAtMs };
  },
  // What was killed is started again by the guardian, and how long that takes is part of the result.
  heal: () => Promise.resolve(),
};
