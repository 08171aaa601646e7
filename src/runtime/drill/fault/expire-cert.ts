import { X509Certificate } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, OperationError } from '../../errors.ts';
import { getInside } from '../../engine/get-inside.ts';
import type { Engine, ExecOptions } from '../../engine/port.ts';
import { writeAtomic } from '../../files/atomic-file.ts';
import { renderInlineCertificate, tlsDrillFolder, tlsMountPath } from '../../render/tls-dynamic-config.ts';
import { ports } from '../../topology/ports.ts';
import { waitUntil } from '../../wait-until.ts';
import { allDone } from './all-done.ts';
import { containerService, type FaultDriver, type FaultJob } from './fault.ts';

const execTimeoutMs = 5000;
const takenUpWithinMs = 4000;
const pollMs = 50;
/** A change that came while Traefik was busy with another may be missed: it is told again. */
const againAfterMs = 1000;

const file = `${tlsMountPath}/${tlsDrillFolder}/expired.yml`;
/** The folder is root's, which here has no capability: Traefik itself can't write there. */
const user = '0:0';
// Plain sh: Traefik's official image has no bash. Whole or not at all.
const putScript = 'umask 022; cat >"$0.new" && mv -f "$0.new" "$0"';
/**
 * An expired certificate in each victim's own memory, before the one in use, which nobody touches. So a restart of the
 * victim undoes it as well.
 */
export const expireCertFault: FaultDriver = {
  lasts: true,
  restartHeals: ({ victims, project }) => victims.map((victim) => containerService(victim, project)),
  async inject(job, { engine, events, expired }) {
    if (expired === undefined) return { noEffect: 'there is no expired certificate to serve' };
    const serial = BigInt(`0x${new X509Certificate(expired.certificate).serialNumber}`).toString();
    try {
      const stdin = renderInlineCertificate(expired);
      await allDone(job.victims.map(({ container }) => run(engine, container, ['sh', '-c', putScript, file], { user, stdin })));
      const injectedAtMs = events.engineNowMs();
      const isServed = (metrics: string) => metrics.includes(`serial="${serial}"`);
      if (await makeReread(job, engine, () => isServed)) return { injectedAtMs };
      return { noEffect: `a load balancer did not take up the certificate within ${takenUpWithinMs} ms` };
    } catch (error) {
      return { noEffect: messageOf(error) };
    }
  },
  async heal(job, engine) {
    const states = await Promise.all(job.victims.map(async ({ container }) => (await engine.inspectContainer(container))?.state));
    // What does not run has lost its memory, and the certificate with it.
    const victims = job.victims.filter((_, index) => states[index] === 'running');
    if (victims.length === 0) return undefined;
    await Promise.all(victims.map(({ container }) => run(engine, container, ['rm', '-f', file], { user })));
    // One that had not taken it up finds nothing new, and reloads nothing: that is no failure.
    await makeReread({ ...job, victims }, engine, (before) => (metrics) => reloads(metrics) > reloads(before));
    return undefined;
  },
};

/** Makes the victims read their certificates again. False when not each has in time; what tells is for the caller. */
async function makeReread(job: FaultJob, engine: Engine, teller: (before: string) => (now: string) => boolean): Promise<boolean> {
  const tellers = await Promise.all(job.victims.map(async ({ namespaceOf }) => teller(await metricsOf(engine, namespaceOf))));
  let touchAtMs = 0;
  const isTaken = await waitUntil(async () => {
    if (performance.now() >= touchAtMs) {
      await touch(job);
      touchAtMs = performance.now() + againAfterMs;
    }
    const now = await Promise.all(job.victims.map(({ namespaceOf }) => metricsOf(engine, namespaceOf)));
    return tellers.every((tells, index) => tells(now[index] ?? '')) ? true : undefined;
  }, { timeoutMs: takenUpWithinMs, pollMs });
  return isTaken === true;
}

/** Traefik follows the folder that is mounted, not the one below it. */
async function touch({ tlsDirectory, id }: FaultJob): Promise<void> {
  if (tlsDirectory === undefined) throw new OperationError('it is not known where the load balancers\' certificates are');
  const path = join(tlsDirectory, `drill-${id}`);
  await writeAtomic(path, '', { mode: 0o644 });
  await rm(path, { force: true });
}

/** Empty while Traefik does not answer: it may just be starting. */
async function metricsOf(engine: Engine, node: string): Promise<string> {
  return (await getInside(engine, node, { port: ports.traefikMetrics, path: '/metrics', timeoutMs: execTimeoutMs }))?.body ?? '';
}

function reloads(metrics: string): number {
  return Number(/^traefik_config_reloads_total (\S+)$/m.exec(metrics)?.[1] ?? 0);
}

async function run(engine: Engine, container: string, command: readonly string[], options: Pick<ExecOptions, 'user' | 'stdin'> = {}): Promise<string> {
  const { exitCode, stdout, stderr } = await engine.exec(container, command, { timeoutMs: execTimeoutMs, ...options });
  if (exitCode !== 0) throw new OperationError(`${container}: ${stderr.trim() || `exit code ${exitCode}`}`);
  return stdout;
}
