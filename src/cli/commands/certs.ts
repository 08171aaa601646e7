import type { CertificateInfo } from '../../runtime/certs/describe-certificate.ts';
import { type CertificateOptions, ensureCertificates, listCertificates, rotateCertificate } from '../../runtime/certs/ensure-certificates.ts';
import type { LoadedConfig } from '../../runtime/config/load-config.ts';
import type { Engine } from '../../runtime/engine/port.ts';
import { EngineUnreachableError, hasCode } from '../../runtime/errors.ts';
import { prepare } from '../../runtime/platform/prepare.ts';
import { awaitServed } from '../../runtime/platform/front-door/served-certificates.ts';
import { withProjectLock } from '../../runtime/platform/state/lock.ts';
import { certificateOptions } from '../../runtime/platform/certificate-options.ts';
import { rotateClusterKey } from '../../runtime/platform/cluster.ts';
import { requireOwnState } from '../../runtime/platform/state/state-in-use.ts';
import type { Invocation } from '../invocation.ts';

type Work = (options: CertificateOptions) => Promise<string[]>;

/** Bare `certs`: issues what is missing, then shows what there is. */
export async function runCerts(invocation: Invocation): Promise<void> {
  await workThenShow(invocation, ensureCertificates);
}

export async function runCertsIssue(invocation: Invocation): Promise<void> {
  await workThenShow(invocation, ensureCertificates);
}

export async function runCertsRotate(invocation: Invocation, options: { readonly cluster: boolean }): Promise<void> {
  if (options.cluster) {
    await rotateCluster(invocation);
    return;
  }
  await workThenShow(invocation, rotateCertificate, { replaces: true });
}

export async function runCertsShow(invocation: Invocation): Promise<void> {
  show(invocation, [], await listCertificates(certificateOptions(await invocation.loadConfig())));
}

async function rotateCluster(invocation: Invocation): Promise<void> {
  const loaded = await invocation.loadConfig();
  const engine = await invocation.connect(loaded);
  const { done, cluster } = await rotateClusterKey({ loaded, engine, signal: invocation.signal, onNote: invocation.note });
  invocation.result({ schema: 'haplat.cluster/1', project: loaded.config.project, done, cluster }, () => done);
}

async function workThenShow(invocation: Invocation, work: Work, { replaces = false } = {}): Promise<void> {
  const loaded = await invocation.loadConfig();
  const engine = await connectIfThere(invocation, loaded, replaces);
  const done = await withProjectLock(loaded, { signal: invocation.signal, onNote: invocation.note }, () => work(certificateOptions(loaded, invocation.warn)));
  if (engine !== undefined) await awaitServed(loaded, engine, (await prepare(loaded, { readOnly: true })).topology, invocation.signal);
  show(invocation, done, await listCertificates(certificateOptions(loaded)));
}

/**
 * Certificates need no Engine, and where there is none no platform runs that would serve them. One that is there and does
 * not let us ask may have a platform whose files are elsewhere: what is served must not be replaced beside it.
 */
async function connectIfThere(invocation: Invocation, loaded: LoadedConfig, replaces: boolean): Promise<Engine | undefined> {
  try {
    const engine = await invocation.connect(loaded);
    await requireOwnState(loaded, engine);
    return engine;
  } catch (error) {
    if (!(error instanceof EngineUnreachableError)) throw error;
    const { cause } = error;
    const isNone = hasCode(cause, 'ENOENT') || hasCode(cause, 'ECONNREFUSED');
    if (hasCode(cause, 'EACCES') || (replaces && !isNone)) throw error;
    invocation.warn(`${error.message}; nobody was asked what is served`);
    return undefined;
  }
}

function show(invocation: Invocation, done: readonly string[], certificates: readonly CertificateInfo[]): void {
  invocation.result({ schema: 'haplat.certs/1', done, certificates }, () => [...done, ...describe(certificates)].join('\n'));
}

function describe(certificates: readonly CertificateInfo[]): string[] {
  const blocks = certificates.map((one) =>
    [
      `${one.subject}: ${one.daysLeft} days left`,
      `  file         ${one.file}`,
      `  names        ${one.names.length === 0 ? '(an authority has none)' : one.names.join(', ')}`,
      `  issued by    ${one.issuer}`,
      `  valid        ${one.notBefore} – ${one.notAfter}`,
      `  fingerprint  ${one.fingerprint256}`,
    ].join('\n'),
  );
  return blocks.length === 0 ? ['There are none yet: "haplat certs" issues them.'] : blocks;
}
