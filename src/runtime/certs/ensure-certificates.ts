import { readFile } from 'node:fs/promises';
import { ConfigError, messageOf, OperationError } from '../errors.ts';
import type { Owner } from '../files/atomic-file.ts';
import type { CertificateAndKey } from './authority.ts';
import { CertificateStore } from './certificate-store.ts';
import { describeCertificate, isCertificate, isIssuedBy, isKey, isKeyOf, isOfTheFuture, type CertificateInfo } from './describe-certificate.ts';

/** A leaf with fewer days left is renewed by the next `up`. */
const renewedDaysBefore = 30;

export interface CertificateOptions {
  /** What errors call the configuration that names the user's own files. */
  readonly source: string;
  readonly project: string;
  readonly stateDirectory: string;
  readonly owner: Owner;
  readonly vip: string;
  /** Names beside those that every platform has. */
  readonly names: readonly string[];
  readonly days: number;
  /** The user's own, instead of ours. */
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
  readonly onWarning?: (message: string) => void;
}

/** node-forge is loaded only when something is issued: `status` and most runs of `up` need none of it. */
const issuing = () => import('./authority.ts');

/** Issues what is missing, runs out or does not fit the configuration. Returns what was done, a line each. */
export async function ensureCertificates(options: CertificateOptions): Promise<string[]> {
  const store = new CertificateStore(options.stateDirectory, options.owner);
  await store.prepare();
  if (options.certFile !== undefined && options.keyFile !== undefined) {
    return installOwn(store, await readOwn({ ...options, certFile: options.certFile, keyFile: options.keyFile }));
  }
  const { authority, done } = await ensureAuthority(store, options.project);
  const cause = await renewalCause(store, authority, options);
  if (cause === undefined) return done;
  await issue(store, authority, options);
  return [...done, `issued a server certificate for ${leafNames(options).join(', ')} (${cause})`];
}

/** What `ensureCertificates` would do, a line each. Touches nothing; throws as it does. */
export async function dueCertificates(options: CertificateOptions): Promise<string[]> {
  const store = new CertificateStore(options.stateDirectory, options.owner);
  if (options.certFile !== undefined && options.keyFile !== undefined) {
    const own = await readOwn({ source: options.source, certFile: options.certFile, keyFile: options.keyFile });
    return (await isInstalled(store, own)) ? [] : ['install your own certificate'];
  }
  const { certificate, key } = await store.readAuthority();
  const flaw = authorityFlaw(certificate, key);
  if (certificate === undefined || key === undefined || flaw !== undefined) {
    return [`make a certificate authority${flaw === undefined ? '' : ` (${flaw})`}`, 'issue a server certificate'];
  }
  const cause = await renewalCause(store, { certificate, key }, options);
  return cause === undefined ? [] : [`issue a server certificate (${cause})`];
}

/** Throws ConfigError when the user's own certificate or key can't be used. Touches nothing. */
export async function checkOwnCertificate({ certFile, keyFile, source }: Pick<CertificateOptions, 'certFile' | 'keyFile' | 'source'>): Promise<void> {
  if (certFile !== undefined && keyFile !== undefined) await readOwn({ certFile, keyFile, source });
}

/** Issues a new leaf whatever the old one is like. ConfigError when the user brings their own. */
export async function rotateCertificate(options: CertificateOptions): Promise<string[]> {
  if (options.certFile !== undefined) {
    throw new ConfigError(`${options.source}: certificates.certFile: this certificate is yours, haplat can't issue it`, {
      remedy: 'replace the file, then run "haplat up": Traefik takes it without a restart',
    });
  }
  const store = new CertificateStore(options.stateDirectory, options.owner);
  const { authority, done } = await ensureAuthority(store, options.project);
  await issue(store, authority, options);
  return [...done, `issued a new server certificate for ${leafNames(options).join(', ')}`];
}

/** The server certificate in use first, then the authority; empty when there is none yet. */
export async function listCertificates(options: Pick<CertificateOptions, 'stateDirectory' | 'owner'>): Promise<CertificateInfo[]> {
  const store = new CertificateStore(options.stateDirectory, options.owner);
  const now = new Date();
  const [current, authority] = await Promise.all([store.readCurrent(), store.readAuthority()]);
  return [
    ...(current === undefined ? [] : [describe(current.certificateFile, current.certificate, now)]),
    ...(authority.certificate === undefined ? [] : [describe(store.authorityFile, authority.certificate, now)]),
  ];
}

/** SHA-256 of the server certificate in use; undefined when there is none, or it can't be read. */
export async function readFingerprintInUse(options: Pick<CertificateOptions, 'stateDirectory' | 'owner'>): Promise<string | undefined> {
  const current = await new CertificateStore(options.stateDirectory, options.owner).readCurrent();
  if (current === undefined || !isCertificate(current.certificate)) return undefined;
  return describeCertificate(current.certificateFile, current.certificate, new Date()).fingerprint256;
}

function describe(file: string, pem: string, now: Date): CertificateInfo {
  if (isCertificate(pem)) return describeCertificate(file, pem, now);
  throw new OperationError(`${file} is no certificate any more`, { remedy: 'run "haplat certs": it replaces what is spoilt' });
}

/**
 * The authority, made or mended. A certificate that is missing, spoilt or past its time is issued anew for the key that
 * is there: a crash between the two files, or two processes at once, must not leave a pair that does not match.
 */
async function ensureAuthority(store: CertificateStore, project: string): Promise<{ authority: CertificateAndKey; done: string[] }> {
  const { certificate, key: storedKey } = await store.readAuthority();
  const flaw = authorityFlaw(certificate, storedKey);
  if (certificate !== undefined && storedKey !== undefined && flaw === undefined) {
    return { authority: { certificate, key: storedKey }, done: [] };
  }
  const key = await authorityKey(store, storedKey);
  const issued = await (await issuing()).createAuthority(`haplat ${project} authority`, new Date(), key);
  const saved = await store.saveAuthorityCertificate(issued.certificate, { replace: certificate !== undefined });
  const why = flaw === undefined ? '' : ` (${flaw})`;
  return { authority: { certificate: saved, key }, done: [`made a certificate authority: ${store.authorityFile}${why}`] };
}

async function authorityKey(store: CertificateStore, stored: string | undefined): Promise<string> {
  if (stored !== undefined && isKey(stored)) return stored;
  const made = await (await issuing()).newAuthorityKey();
  return stored === undefined ? store.saveAuthorityKey(made) : store.replaceAuthorityKey(made);
}

/** Undefined: there is none wrong, or no certificate at all. */
function authorityFlaw(certificate: string | undefined, key: string | undefined): string | undefined {
  if (certificate === undefined) return undefined;
  if (!isCertificate(certificate)) return 'the old one could not be read';
  if (key === undefined || !isKeyOf(certificate, key)) return 'the key of the old one was missing or another one';
  const now = new Date();
  const info = describeCertificate('', certificate, now);
  if (isOfTheFuture(info, now)) return 'the old one was not valid yet: the clock must have been ahead';
  return info.daysLeft < 0 ? 'the old one had expired' : undefined;
}

async function renewalCause(store: CertificateStore, authority: CertificateAndKey, options: CertificateOptions): Promise<string | undefined> {
  const current = await store.readCurrent();
  if (current === undefined) return 'there was none';
  if (!isCertificate(current.certificate)) return 'the old one could not be read';
  const now = new Date();
  const info = describeCertificate(current.certificateFile, current.certificate, now);
  if (isOfTheFuture(info, now)) return 'the old one was not valid yet: the clock must have been ahead';
  if (!isIssuedBy(current.certificate, authority.certificate)) return 'the old one was not issued by this authority';
  if (!isKeyOf(current.certificate, current.key)) return 'the key was not its own';
  if (info.daysLeft < Math.min(renewedDaysBefore, options.days / 3)) return `the old one had ${info.daysLeft} days left`;
  const present = new Set(info.names.map(comparable));
  const wanted = new Set(leafNames(options).map(comparable));
  return present.symmetricDifference(wanted).size > 0 ? 'the names have changed' : undefined;
}

async function issue(store: CertificateStore, authority: CertificateAndKey, options: CertificateOptions): Promise<void> {
  const leaf = await (await issuing()).issueLeaf(authority, { names: leafNames(options), days: options.days, now: new Date() });
  // Without the authority: who trusts it has it (RFC 8446, 4.4.2), and with it a handshake has twice the bytes and takes
  // OpenSSL a third longer.
  await store.install(leaf);
}

export function leafNames({ vip, names }: CertificateOptions): string[] {
  // Each once, however it is written.
  return [...new Map(['localhost', '127.0.0.1', '::1', vip, ...names].toReversed().map((name) => [comparable(name), name])).values()].toReversed();
}

/** OpenSSL writes `::1` out as `0:0:0:0:0:0:0:1`; the URL parser writes every form the same way. */
function comparable(name: string): string {
  return name.includes(':') ? new URL(`http://[${name}]`).hostname : name.toLowerCase();
}

interface Own extends Pick<CertificateOptions, 'source' | 'onWarning'> {
  readonly certFile: string;
  readonly keyFile: string;
}

async function readOwn({ certFile, keyFile, source, onWarning: warn }: Own): Promise<CertificateAndKey> {
  // One after the other: of two problems the first is always the one reported.
  // One file may have both: the key must not come along to where everybody reads the certificate.
  const certificate = pemBlocks(await readUserFile(source, 'certFile', certFile), 'CERTIFICATE').join('');
  const [key = ''] = pemBlocks(await readUserFile(source, 'keyFile', keyFile), '(?:[A-Z]+ )?PRIVATE KEY');
  const wrong = (name: string, what: string, remedy: string) => new ConfigError(`${source}: certificates.${name}: ${what}`, { remedy });
  let info: CertificateInfo;
  try {
    info = describeCertificate(certFile, certificate, new Date());
  } catch (error) {
    throw wrong('certFile', `${certFile} is no PEM certificate: ${messageOf(error)}`, 'give the certificate with its chain, as PEM');
  }
  if (!isKeyOf(certificate, key)) throw wrong('keyFile', `${keyFile} is not the key of ${certFile}`, 'give the private key of that certificate, as PEM without a pass phrase');
  if (isOfTheFuture(info, new Date())) throw wrong('certFile', `${certFile} is not valid before ${info.notBefore}`, 'give one that is valid, or put the clock right');
  if (info.daysLeft < 0) throw wrong('certFile', `${certFile} expired on ${info.notAfter}`, 'give one that is valid');
  if (info.daysLeft < renewedDaysBefore) warn?.(`certificates.certFile: ${certFile} expires in ${info.daysLeft} days`);
  return { certificate, key };
}

/** The blocks of a PEM text (RFC 7468) that have this label, a pattern. */
function pemBlocks(text: string, label: string): string[] {
  const blocks = text.replaceAll('\r\n', '\n').matchAll(new RegExp(`^-----BEGIN (?<label>${label})-----[ \\t]*$.*?^-----END \\k<label>-----`, 'gms'));
  return [...blocks].map(([block]) => `${block}\n`);
}

async function readUserFile(source: string, name: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new ConfigError(`${source}: certificates.${name}: ${path} can't be read: ${messageOf(error)}`, {
      cause: error,
      remedy: 'name a file that is there, or leave certFile and keyFile out to have haplat issue a certificate',
    });
  }
}

async function isInstalled(store: CertificateStore, own: CertificateAndKey): Promise<boolean> {
  const current = await store.readCurrent();
  return current?.certificate === own.certificate && current.key === own.key;
}

async function installOwn(store: CertificateStore, own: CertificateAndKey): Promise<string[]> {
  if (await isInstalled(store, own)) return [];
  await store.install(own);
  return ['installed your own certificate'];
}
