import { OperationError } from '../errors.ts';
import { CertificateStore } from './certificate-store.ts';
import { describeCertificate, isCertificate, isIssuedBy } from './describe-certificate.ts';
import type { CertificateOptions } from './ensure-certificates.ts';

/** By what a client finds nothing wrong with the certificate in use. */
export interface Trust {
  /** The certificates to trust, as PEM. */
  readonly ca: string;
  /** The name to ask for and to find in the certificate; undefined: the virtual address is in it. */
  readonly serverName?: string;
}

/**
 * Our authority, if the certificate in use is of it. Of the user's own the issuer may not be at hand, and the virtual
 * address is hardly in it: it is trusted itself, under the first of its names. OperationError where there is none.
 */
export async function readTrust({ stateDirectory, owner, vip }: Pick<CertificateOptions, 'stateDirectory' | 'owner' | 'vip'>): Promise<Trust> {
  const store = new CertificateStore(stateDirectory, owner);
  const [current, { certificate: authority }] = await Promise.all([store.readCurrent(), store.readAuthority()]);
  if (current === undefined || !isCertificate(current.certificate)) {
    throw new OperationError('there is no certificate that the probe could trust', { remedy: 'run "haplat up" first' });
  }
  const { certificate: inUse } = current;
  if (authority !== undefined && isCertificate(authority) && isIssuedBy(inUse, authority)) return { ca: authority };
  const { names } = describeCertificate(current.certificateFile, inUse, new Date());
  const [name] = names;
  if (name === undefined || names.includes(vip)) return { ca: inUse };
  return { ca: inUse, serverName: name.replace(/^\*\./, 'haplat-drill.') };
}
