import { createHash } from 'node:crypto';
import { plain } from '../render/render.ts';
import { filesMountPath } from './container.ts';
import type { TopologyContext } from './context.ts';
import type { Service } from './topology.ts';

const script = 'keep-checking';
/** So many checks in one start, and what is between them: a minute. */
const times = 15;
const pauseS = 4;
/** Between the tries of a container that has just begun: most take about a second. */
const startS = 0.5;
/** What the Engine lets pass between two starts: little, as what is paused in this time is called unhealthy for up to a minute. */
const idleMs = 250;
/** For the shell itself, on a busy machine. */
const slackMs = 5000;
/** Every container has such a folder of its own, in memory, however read-only it is; members of a pod too. */
const stateFile = '/dev/shm/haplat-checking';

/**
 * The same service, its check made many times by each start of the Engine's (templates/health/keep-checking says how, and
 * when it ends). Sixteen containers, each with a start every 5 s, took 15 % of a machine of two cores that had nothing else
 * to do, and stalled clients.
 */
export function keepingChecks(context: TopologyContext, service: Service): Service {
  const { files, container } = service;
  const { command, timeoutMs, intervalMs } = container.healthcheck;
  const timeoutS = Math.ceil(timeoutMs / 1000);
  const retryMs = outOfStepMs(container.name, intervalMs) - idleMs;
  const numbers = [times, pauseS, retryMs / 1000, startS, timeoutS].map(String);
  return {
    ...service,
    files: [...files, { path: script, text: plain(context.templates, `health/${script}`), mode: 0o755 }],
    container: {
      ...container,
      healthcheck: {
        ...container.healthcheck,
        intervalMs: idleMs,
        repeated: {
          command: ['sh', `${filesMountPath}/${script}`, stateFile, ...numbers, ...command],
          pauseMs: pauseS * 1000,
          retryMs,
          timeoutMs: times * (pauseS + timeoutS) * 1000 + slackMs,
        },
      },
    },
  };
}

/**
 * An interval of the container's own: up to a tenth shorter, by its name. Containers that start together would for ever be
 * checked together: with the Engine's part a start takes 100 ms of a processor, and ten at once stalled clients for 400 ms.
 */
function outOfStepMs(name: string, intervalMs: number): number {
  const share = createHash('sha256').update(name).digest().readUInt16BE() / 0x1_00_00;
  return Math.round(intervalMs * (1 - share / 10));
}
