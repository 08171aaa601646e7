import type { FaultDriver } from './fault.ts';

/**
 * A rolling update: the targets' components are replaced, replica by replica, as `haplat up` does when their image or a
 * setting has changed. Over when all are new; Ctrl-C is heard after that, so that no replica is left away.
 */
export const renewFault: FaultDriver = {
  lasts: false,
  restartHeals: () => [],
  async inject({ fault }, { events, renew }) {
    const seenBefore = events.events.length;
    const injectedAtMs = events.engineNowMs();
    await renew(fault.targets.map((target) => target.replace(/^all:/, '')));
    const hasStopped = events.events.slice(seenBefore).some(({ action, service }) => action === 'die' && service !== '');
    return hasStopped ? { injectedAtMs } : { noEffect: 'no replica was replaced' };
  },
  heal: () => Promise.resolve(undefined),
};
