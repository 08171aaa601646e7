import { OperationError } from '../errors.ts';
import { CertificateStore } from './certificate-store.ts';
import { describeCertificate } from './describe-certificate.ts';
import type { CertificateOptions } from './ensure-certificates.ts';

/** By what a client finds nothing wrong with the certificate in use. */
export interface Trust {
  /** The certificates to trust, as PEM. */
  readonly ca: string;
  /** The name to ask for and to find in the certificate; undefined: the virtual address is in it. */
  readonly serverName?: string;
}

/**
 * Our authority. Of the user's own certificate the issuer may not be at hand, and the virtual address is hardly in it: it
 * is trusted itself, under the first of its names. OperationError where there is no certificate yet.
 */
export async function readTrust(options: CertificateOptions): Promise<Trust> {
  const store = new CertificateStore(options.stateDirectory, options.owner);
  const own = options.certFile === undefined ? undefined : (await store.readCurrent())?.certificate;
  if (own !== undefined) {
    const name = ownName(own, options);
    return { ca: own, ...(name !== undefined && { serverName: name }) };
  }
  const { certificate } = await store.readAuthority();
  if (options.certFile !== undefined || certificate === undefined) {
    throw new OperationError('there is no certificate that the probe could trust', { remedy: 'run "haplat up" first' });
  }
  return { ca: certificate };
}

function ownName(certificate: string, { vip }: CertificateOptions): string | undefined {
  const { names } = describeCertificate('', certificate, new Date());
  return names.includes(vip) ? undefined : names[0]?.replace(/^\*\./, 'haplat-drill.');
}
