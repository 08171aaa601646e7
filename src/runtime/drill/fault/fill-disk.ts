import { messageOf, OperationError } from '../../errors.ts';
import type { Engine } from '../../engine/port.ts';
import { containerService, faultOf, VictimDownError, type FaultDriver } from './fault.ts';
import { whyFailed } from './script-output.ts';

const execTimeoutMs = 60_000;
const file = 'haplat-drill-fill';
/** Where a component can write, and with what that goes: what is not memory outlives its container's restart, a volume all of it. */
interface Space {
  readonly folder: string;
  readonly lives: 'in memory' | 'in the container' | 'in a volume';
}
const spaces: Readonly<Record<string, Space>> = {
  db: { folder: '/var/lib/postgresql/data', lives: 'in a volume' },
  rabbitmq: { folder: '/var/lib/rabbitmq', lives: 'in a volume' },
  netdata: { folder: '/tmp', lives: 'in the container' },
  keepalived: { folder: '/run', lives: 'in memory' },
};
const elsewhere: Space = { folder: '/tmp', lives: 'in memory' };

/** So much has to be left on the host's disk, which the Engine and all else need as well. */
const leftMiB = 512;

// Plain sh: official images need not have bash. A full disk is what is wanted, not an error: but not the host's. `$2`: KiB that
// have to be free. df prints a line of the device, and its size, used and available.
const fillScript = `left=$(df -Pk "\${0%/*}" | tail -n 1 | { read -r _ _ _ available _; echo "$available"; })
if [ "$left" -lt "$2" ]; then echo "the host's disk has only $((left / 1024)) MiB left" >&2; exit 1; fi
head -c "$1" /dev/zero >"$0" 2>/dev/null; test -s "$0"`;

/** A bounded file in the victim's writable space. On a bounded space (a tmpfs) it fills it; on the host's disk it leaves some room. */
export const fillDiskFault: FaultDriver = {
  lasts: true,
  // Elsewhere it would outlive the restart: there it waits for `heal`, `up` or `down`.
  restartHeals: ({ victims, project }) => victims.filter(({ component }) => isInMemory(component)).map((victim) => containerService(victim, project)),
  async inject(job, { engine, events, signal }) {
    const { mebibytes } = faultOf(job, 'fill-disk');
    const seenBefore = events.events.length;
    for (const { service, container, component } of job.victims) {
      try {
        const freeMiB = isInMemory(component) ? 0 : mebibytes + leftMiB;
        const command = ['sh', '-c', fillScript, pathIn(component), String(mebibytes * 1024 * 1024), String(freeMiB * 1024)];
        const ended = await engine.exec(container, command, { timeoutMs: execTimeoutMs });
        if (ended.exitCode !== 0) return { noEffect: `nothing could be written in ${service}: ${whyFailed(ended)}` };
      } catch (error) {
        return { noEffect: `nothing could be written in ${service}: ${messageOf(error)}` };
      }
    }
    const first = job.victims[0]?.container;
    const started = await events.find(
      (event) => event.container === first && event.action === 'exec_start' && events.events.includes(event, seenBefore),
      1000,
      signal,
    );
    return started === undefined ? { noEffect: 'the Engine did not report the write' } : { injectedAtMs: started.atMs };
  },
  async heal({ victims }, engine) {
    await Promise.all(victims.map(({ container, component }) => remove(engine, container, spaceOf(component))));
    return undefined;
  },
};

async function remove(engine: Engine, container: string, { folder, lives }: Space): Promise<void> {
  const path = `${folder}/${file}`;
  const details = await engine.inspectContainer(container);
  if (details?.state !== 'running') {
    // In memory it is gone already; in a volume it must not be forgotten, whoever is gone.
    if (lives === 'in memory' || (lives === 'in the container' && details === undefined)) return;
    throw new VictimDownError(`${container} does not run: ${path} is still there`);
  }
  const ended = await engine.exec(container, ['rm', '-f', path], { timeoutMs: execTimeoutMs });
  if (ended.exitCode !== 0) throw new OperationError(`${container}: ${path} could not be removed: ${whyFailed(ended)}`);
}

function isInMemory(component: string): boolean {
  return spaceOf(component).lives === 'in memory';
}

function pathIn(component: string): string {
  return `${spaceOf(component).folder}/${file}`;
}

function spaceOf(component: string): Space {
  return spaces[component] ?? elsewhere;
}
