import { plain } from '../render/render.ts';
import { filesMountPath } from './container.ts';
import type { TopologyContext } from './context.ts';
import type { Service } from './topology.ts';

const script = 'keep-checking';
/** So many checks in one start, and what is between them: a minute. */
const times = 15;
const pauseS = 4;
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
  const { command, timeoutMs } = container.healthcheck;
  const timeoutS = Math.ceil(timeoutMs / 1000);
  return {
    ...service,
    files: [...files, { path: script, text: plain(context.templates, `health/${script}`), mode: 0o755 }],
    container: {
      ...container,
      healthcheck: {
        ...container.healthcheck,
        repeated: {
          command: ['sh', `${filesMountPath}/${script}`, stateFile, String(times), String(pauseS), String(timeoutS), ...command],
          pauseMs: pauseS * 1000,
          timeoutMs: times * (pauseS + timeoutS) * 1000 + slackMs,
        },
      },
    },
  };
}
