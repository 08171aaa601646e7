import { createHash } from 'node:crypto';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createOnce, ensureFolder, writeAtomic, type Owner } from '../files/atomic-file.ts';
import { readIfThere } from '../files/read-if-there.ts';
import { renderTlsDynamicConfig, tlsDrillFolder, tlsDynamicConfigFile } from '../render/tls-dynamic-config.ts';
import { authorityCertificate, authorityFolder, tlsFolder } from '../topology/state-paths.ts';
import type { CertificateAndKey } from './authority.ts';

const privateMode = 0o600;
const publicMode = 0o644;
const pairName = /^leaf-[0-9a-f]{16}\.(crt|key)$/;

/** A younger pair may be another haplat's, which is about to name it: without it Traefik would have no certificate. */
const strayAgeMs = 60 * 1000;

/** Where Traefik's dynamic configuration says which pair is in use. A YAML parser takes longer to load than all else. */
const pairInUse = /^ *certFile: (?<certFile>\S+)\n *keyFile: (?<keyFile>\S+)$/m;

/** A pair and where it is. */
export interface StoredPair extends CertificateAndKey {
  readonly certificateFile: string;
  readonly keyFile: string;
}

/**
 * The files: `<state>/ca/` for the authority, which no container sees, and `<state>/tls/`, which Traefik has mounted.
 * A pair there has names of its own and is never changed; the dynamic configuration that names it is replaced last, at
 * once, so that Traefik never reads a certificate with another one's key.
 */
export class CertificateStore {
  /** What clients are to trust. */
  readonly authorityFile: string;
  readonly #authorityFolder: string;
  readonly #tlsFolder: string;
  readonly #owner: Owner;

  constructor(stateDirectory: string, owner: Owner) {
    this.#authorityFolder = authorityFolder(stateDirectory);
    this.#tlsFolder = tlsFolder(stateDirectory);
    this.authorityFile = authorityCertificate(stateDirectory);
    this.#owner = owner;
  }

  get #authorityKeyFile(): string {
    return join(this.#authorityFolder, 'ca.key');
  }

  /** Each half that is there. */
  async readAuthority(): Promise<Partial<CertificateAndKey>> {
    const [certificate, key] = await Promise.all([readIfThere(this.authorityFile), readIfThere(this.#authorityKeyFile)]);
    return { ...(certificate !== undefined && { certificate }), ...(key !== undefined && { key }) };
  }

  /** Saves a key for the authority unless there is one; returns whichever it then is. */
  async saveAuthorityKey(key: string): Promise<string> {
    await ensureFolder(this.#authorityFolder, { mode: 0o700 });
    await createOnce(this.#authorityKeyFile, key, { mode: privateMode });
    return readFile(this.#authorityKeyFile, 'utf8');
  }

  async replaceAuthorityKey(key: string): Promise<string> {
    await writeAtomic(this.#authorityKeyFile, key, { mode: privateMode });
    return key;
  }

  /** Saves a certificate for the key that is there. Without `replace`, one that another process saved meanwhile wins. */
  async saveAuthorityCertificate(certificate: string, { replace }: { readonly replace: boolean }): Promise<string> {
    if (replace) await writeAtomic(this.authorityFile, certificate, { mode: publicMode });
    else await createOnce(this.authorityFile, certificate, { mode: publicMode });
    return readFile(this.authorityFile, 'utf8');
  }

  /** The folders that Traefik has mounted, or has a mount of its own in. */
  async prepare(): Promise<void> {
    for (const folder of [this.#tlsFolder, join(this.#tlsFolder, tlsDrillFolder)]) {
      await ensureFolder(folder, { mode: 0o755, owner: this.#owner });
    }
  }

  /** The pair that Traefik is told to use. */
  async readCurrent(): Promise<StoredPair | undefined> {
    const text = await readIfThere(join(this.#tlsFolder, tlsDynamicConfigFile));
    const named = text === undefined ? undefined : namedPair(text);
    if (named === undefined) return undefined;
    const certificateFile = join(this.#tlsFolder, baseName(named.certFile));
    const keyFile = join(this.#tlsFolder, baseName(named.keyFile));
    const pair = await readPair(certificateFile, keyFile);
    return pair && { ...pair, certificateFile, keyFile };
  }

  /** Puts a pair in use. Older ones go, except the last (Traefik may be reading it) and young ones. */
  async install(pair: CertificateAndKey): Promise<StoredPair> {
    await this.prepare();
    const previous = await this.readCurrent();
    const name = `leaf-${createHash('sha256').update(pair.certificate).digest('hex').slice(0, 16)}`;
    const files = { certFile: `${name}.crt`, keyFile: `${name}.key` };
    await writeAtomic(join(this.#tlsFolder, files.keyFile), pair.key, { mode: privateMode, owner: this.#owner });
    await writeAtomic(join(this.#tlsFolder, files.certFile), pair.certificate, { mode: publicMode, owner: this.#owner });
    await writeAtomic(join(this.#tlsFolder, tlsDynamicConfigFile), renderTlsDynamicConfig(files), { mode: publicMode, owner: this.#owner });
    await this.#removeOthers([name, ...(previous === undefined ? [] : [baseName(previous.certificateFile).replace(/\.crt$/, '')])]);
    return { ...pair, certificateFile: join(this.#tlsFolder, files.certFile), keyFile: join(this.#tlsFolder, files.keyFile) };
  }

  async #removeOthers(kept: readonly string[]): Promise<void> {
    const names = (await readdir(this.#tlsFolder)).filter((name) => pairName.test(name));
    const stale = names.filter((name) => !kept.includes(name.replace(/\.(crt|key)$/, '')));
    await Promise.all(stale.map((name) => removeIfOld(join(this.#tlsFolder, name))));
  }
}

/** Undefined when the text is not one that haplat wrote. */
function namedPair(text: string): { readonly certFile: string; readonly keyFile: string } | undefined {
  const { certFile, keyFile } = pairInUse.exec(text)?.groups ?? {};
  return certFile === undefined || keyFile === undefined ? undefined : { certFile, keyFile };
}

async function readPair(certificateFile: string, keyFile: string): Promise<CertificateAndKey | undefined> {
  const [certificate, key] = await Promise.all([readIfThere(certificateFile), readIfThere(keyFile)]);
  return certificate === undefined || key === undefined ? undefined : { certificate, key };
}

async function removeIfOld(path: string): Promise<void> {
  const { mtimeMs } = (await stat(path).catch(() => undefined)) ?? { mtimeMs: Date.now() };
  if (Date.now() - mtimeMs > strayAgeMs) await rm(path, { force: true });
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
