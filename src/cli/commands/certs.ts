import type { CertificateInfo } from '../../runtime/certs/describe-certificate.ts';
import type { LoadedConfig } from '../../runtime/config/load-config.ts';
import { withProjectLock } from '../../runtime/platform/lock.ts';
import { bringCertificates, readCertificates, renewCertificate } from '../../runtime/platform/certificates.ts';
import { rotateClusterKey } from '../../runtime/platform/cluster.ts';
import { requireOwnStateIfSeen } from '../../runtime/platform/state-in-use.ts';
import type { Invocation } from '../invocation.ts';

type Work = (loaded: LoadedConfig, onWarning: (message: string) => void) => Promise<string[]>;

/** Bare `certs`: issues what is missing, then shows what there is. */
export async function runCerts(invocation: Invocation): Promise<void> {
  await workThenShow(invocation, bringCertificates);
}

export async function runCertsIssue(invocation: Invocation): Promise<void> {
  await workThenShow(invocation, bringCertificates);
}

export async function runCertsRotate(invocation: Invocation, options: { readonly cluster: boolean }): Promise<void> {
  if (options.cluster) {
    await rotateCluster(invocation);
    return;
  }
  await workThenShow(invocation, renewCertificate);
}

export async function runCertsShow(invocation: Invocation): Promise<void> {
  show(invocation, [], await readCertificates(await invocation.loadConfig()));
}

async function rotateCluster(invocation: Invocation): Promise<void> {
  const loaded = await invocation.loadConfig();
  const engine = await invocation.connect(loaded);
  const { done, cluster } = await rotateClusterKey({ loaded, engine, signal: invocation.signal, onNote: invocation.note });
  if (invocation.options.json) invocation.printJson({ schema: 'haplat.cluster/1', project: loaded.config.project, done, cluster });
  else invocation.print(done);
}

async function workThenShow(invocation: Invocation, work: Work): Promise<void> {
  const loaded = await invocation.loadConfig();
  await requireOwnStateIfSeen(loaded, () => invocation.connect(loaded));
  const lock = {
    timeoutMs: loaded.config.timeouts.lockMs,
    signal: invocation.signal,
    onWait: () => { invocation.note('another haplat is changing this project; waiting for it to end'); },
  };
  const done = await withProjectLock(loaded.stateDirectory, lock, () => work(loaded, invocation.warn));
  show(invocation, done, await readCertificates(loaded));
}

function show(invocation: Invocation, done: readonly string[], certificates: readonly CertificateInfo[]): void {
  if (invocation.options.json) {
    invocation.printJson({ schema: 'haplat.certs/1', done, certificates });
    return;
  }
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
  const text = blocks.length === 0 ? ['There are none yet: "haplat certs" issues them.'] : blocks;
  invocation.print([...done, ...text].join('\n'));
}
