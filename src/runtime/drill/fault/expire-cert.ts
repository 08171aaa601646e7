import { X509Certificate } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { getInside } from '../../engine/get-inside.ts';
import type { Engine, ExecOptions } from '../../engine/port.ts';
import { messageOf, OperationError } from '../../errors.ts';
import { writeAtomic } from '../../files/atomic-file.ts';
import { servedFingerprint } from '../../observe/served-certificate.ts';
import { renderInlineCertificate, tlsDrillFolder, tlsMountPath } from '../../render/tls-dynamic-config.ts';
import { fullName } from '../../topology/names.ts';
import { ports } from '../../topology/ports.ts';
import { waitUntil } from '../../wait-until.ts';
import { allDone } from './all-done.ts';
import { containerService, type FaultDriver, type FaultJob } from './fault.ts';
import { runningVictims } from './running-victims.ts';
import { whyFailed } from './script-output.ts';

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
type AskServed = typeof servedFingerprint;

/**
 * An expired certificate in each victim's own memory, before the one in use, which nobody touches. So a restart of the
 * victim undoes it as well. A busy machine has its time until nothing may be left of it.
 */
export const expireCert = (askServed: AskServed, forgottenWithinMs = 15_000): FaultDriver => ({
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
      if (await makeReread(job, takenUpWithinMs, async () => (await metricsOf(job, engine)).every(isServed))) return { injectedAtMs };
      return { noEffect: `a load balancer did not take up the certificate within ${takenUpWithinMs} ms` };
    } catch (error) {
      return { noEffect: messageOf(error) };
    }
  },
  async heal(job, engine) {
    // What does not run has lost its memory, and the certificate with it.
    const running = { ...job, victims: await runningVictims(engine, job.victims) };
    if (running.victims.length === 0) return undefined;
    await Promise.all(running.victims.map(({ container }) => run(engine, container, ['rm', '-f', file], { user })));
    await makeForget(running, engine, askServed, forgottenWithinMs);
    return undefined;
  },
});
export const expireCertFault = expireCert(servedFingerprint);

/**
 * Makes the victims read their certificates again until none presents the expired one; OperationError when one still does.
 * Any change makes a load balancer reload, so that it has done so tells less; but not every machine reaches it to ask.
 */
async function makeForget(job: FaultJob, engine: Engine, askServed: AskServed, withinMs: number): Promise<void> {
  const before = await metricsOf(job, engine);
  // One that had not taken it up finds nothing new, and reloads nothing: that is no failure.
  const reloadsUntilMs = performance.now() + takenUpWithinMs;
  let left: string[] = [];
  const isForgotten = await makeReread(job, withinMs, async () => {
    left = await whoPresents(job, engine, askServed);
    if (left.length > 0) return false;
    return performance.now() >= reloadsUntilMs || (await metricsOf(job, engine)).every((now, index) => reloads(now) > reloads(before[index] ?? ''));
  });
  if (!isForgotten) throw new OperationError(`${left.join(' and ')} still served the expired certificate after ${withinMs} ms`);
}

async function whoPresents({ victims, project, expiredFingerprint }: FaultJob, engine: Engine, askServed: AskServed): Promise<string[]> {
  if (expiredFingerprint === undefined) return [];
  const asked = await Promise.all(victims.map(async ({ service, namespaceOf }) => {
    const host = (await engine.inspectContainer(namespaceOf))?.addresses[fullName(project, 'public')];
    const served = host ? await askServed({ host, port: ports.https }) : undefined;
    return served === expiredFingerprint ? [service] : [];
  }));
  return asked.flat();
}

/** Makes the victims read their certificates again, and again, until it is done. False when it is not in time. */
async function makeReread(job: FaultJob, timeoutMs: number, isDone: () => Promise<boolean>): Promise<boolean> {
  let touchAtMs = 0;
  const isTaken = await waitUntil(async () => {
    if (performance.now() >= touchAtMs) {
      await touch(job);
      touchAtMs = performance.now() + againAfterMs;
    }
    return (await isDone()) ? true : undefined;
  }, { timeoutMs, pollMs });
  return isTaken === true;
}

/** Traefik follows the folder that is mounted, not the one below it. */
async function touch({ tlsDirectory, id }: FaultJob): Promise<void> {
  if (tlsDirectory === undefined) throw new OperationError('it is not known where the load balancers\' certificates are');
  const path = join(tlsDirectory, `drill-${id}`);
  await writeAtomic(path, '', { mode: 0o644 });
  await rm(path, { force: true });
}

/** Of each victim; empty while Traefik does not answer: it may just be starting. */
async function metricsOf({ victims }: FaultJob, engine: Engine): Promise<string[]> {
  const asked = { port: ports.traefikMetrics, path: '/metrics', timeoutMs: execTimeoutMs };
  return Promise.all(victims.map(async ({ namespaceOf }) => (await getInside(engine, namespaceOf, asked))?.body ?? ''));
}

function reloads(metrics: string): number {
  return Number(/^traefik_config_reloads_total (\S+)$/m.exec(metrics)?.[1] ?? 0);
}

async function run(engine: Engine, container: string, command: readonly string[], options: Pick<ExecOptions, 'user' | 'stdin'> = {}): Promise<string> {
  const ended = await engine.exec(container, command, { timeoutMs: execTimeoutMs, ...options });
  if (ended.exitCode !== 0) throw new OperationError(`${container}: ${whyFailed(ended)}`);
  return ended.stdout;
}
