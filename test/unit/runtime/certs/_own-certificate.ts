import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createAuthority, issueLeaf } from '../../../../src/runtime/certs/authority.ts';
import type { CertificateOptions } from '../../../../src/runtime/certs/ensure-certificates.ts';

// Takes a second to make.
const elsewhere = createAuthority('elsewhere', new Date());

type Own = CertificateOptions & { readonly certFile: string; readonly keyFile: string };

/** A user's own certificate beside the state directory's contents, of an authority that nobody has at hand. */
export async function bringOwn(options: CertificateOptions, names: readonly string[]): Promise<Own> {
  const { certificate, key } = await issueLeaf(await elsewhere, { names, days: 90, now: new Date() });
  const [certFile, keyFile] = [join(options.stateDirectory, 'own.crt'), join(options.stateDirectory, 'own.key')];
  await Promise.all([writeFile(certFile, certificate), writeFile(keyFile, key)]);
  return { ...options, certFile, keyFile };
}
