import type { Healthcheck } from '../engine/container-spec.ts';
import { plain } from '../render/render.ts';
import type { TopologyContext } from './context.ts';

/** So many checks in one start, and what is between them: a minute. */
const times = 15;
const pauseS = 4;
/** Every container has one of its own, in memory, however read-only it is; members of a pod share it no more than others. */
const saidFile = '/dev/shm/haplat-said';
/** For the shell itself, on a busy machine. */
const slackMs = 5000;

/**
 * The same check, made many times by each start of the Engine's (templates/health/keep-checking says how, and when it ends).
 * Sixteen containers, each with a start every 5 s, took 15 % of a machine of two cores that had nothing else to do, and
 * stalled clients.
 */
export function keptChecking(templates: TopologyContext['templates'], check: Healthcheck): Healthcheck {
  const timeoutS = Math.ceil(check.timeoutMs / 1000);
  const script = plain(templates, 'health/keep-checking').replaceAll(/^#.*\n/gm, '');
  return {
    ...check,
    repeated: {
      command: ['sh', '-c', script, 'keep-checking', saidFile, String(times), String(pauseS), String(timeoutS), ...check.command],
      pauseMs: pauseS * 1000,
      timeoutMs: times * (pauseS + timeoutS) * 1000 + slackMs,
    },
  };
}
