import { createHash } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { createOnce, ensureFolder, writeAtomic, type Owner } from '../files/atomic-file.ts';
import { renderTlsDynamicConfig, tlsDynamicConfigFile } from '../render/tls-dynamic-config.ts';
import type { CertificateAndKey } from './authority.ts';

const privateMode = 0o600;
const publicMode = 0o644;
const pairName = /^leaf-[0-9a-f]{16}\.(crt|key)$/;

/** The part of Traefik's dynamic configuration that says which pair is in use. */
const dynamicConfig = z.object({
  tls: z.object({ certificates: z.tuple([z.object({ certFile: z.string(), keyFile: z.string() })]) }),
});

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
  readonly #authorityFolder: string;
  readonly #tlsFolder: string;
  readonly #owner: Owner;

  constructor(stateDirectory: string, owner: Owner) {
    this.#authorityFolder = join(stateDirectory, 'ca');
    this.#tlsFolder = join(stateDirectory, 'tls');
    this.#owner = owner;
  }

  get authorityFile(): string {
    return join(this.#authorityFolder, 'ca.crt');
  }

  async readAuthority(): Promise<CertificateAndKey | undefined> {
    return readPair(this.authorityFile, join(this.#authorityFolder, 'ca.key'));
  }

  /** Saves an authority unless there is one; returns whichever it then is. */
  async saveAuthority(pair: CertificateAndKey): Promise<CertificateAndKey> {
    await ensureFolder(this.#authorityFolder, { mode: 0o700 });
    // The key first: a certificate without its key would be an authority that can't sign.
    await createOnce(join(this.#authorityFolder, 'ca.key'), pair.key, { mode: privateMode });
    await createOnce(this.authorityFile, pair.certificate, { mode: publicMode });
    return (await this.readAuthority()) ?? pair;
  }

  /** The pair that Traefik is told to use. */
  async readCurrent(): Promise<StoredPair | undefined> {
    const text = await readIfThere(join(this.#tlsFolder, tlsDynamicConfigFile));
    const parsed = text === undefined ? undefined : dynamicConfig.safeParse(parse(text)).data;
    const named = parsed?.tls.certificates[0];
    if (named === undefined) return undefined;
    const certificateFile = join(this.#tlsFolder, baseName(named.certFile));
    const keyFile = join(this.#tlsFolder, baseName(named.keyFile));
    const pair = await readPair(certificateFile, keyFile);
    return pair && { ...pair, certificateFile, keyFile };
  }

  /** Puts a pair in use. Older ones go, except the last: Traefik may be reading it. */
  async install(pair: CertificateAndKey): Promise<StoredPair> {
    await ensureFolder(this.#tlsFolder, { mode: 0o755, owner: this.#owner });
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
    await Promise.all(stale.map((name) => rm(join(this.#tlsFolder, name), { force: true })));
  }
}

async function readPair(certificateFile: string, keyFile: string): Promise<CertificateAndKey | undefined> {
  const [certificate, key] = await Promise.all([readIfThere(certificateFile), readIfThere(keyFile)]);
  return certificate === undefined || key === undefined ? undefined : { certificate, key };
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
