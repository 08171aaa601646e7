import { createAuthority, issueLeaf, type CertificateAndKey } from './authority.ts';
import { CertificateStore } from './certificate-store.ts';
import { dayMs } from './describe-certificate.ts';
import { type CertificateOptions, leafNames } from './ensure-certificates.ts';
import { readTrust } from './trust.ts';

/** It was valid for a day and ran out a day ago: no clock that is a little off takes it for valid. */
const issuedAgoMs = 2 * dayMs;

/** A certificate that is in everything like the one in use but that its time is over. */
export interface ExpiredCertificate {
  readonly pair: CertificateAndKey;
  /** Who issued it, as PEM: for whoever is to find nothing wrong with it but its date. */
  readonly authority: string;
}

/**
 * Issues one by the platform's authority; where there is none, as the user brings a certificate of their own, by an
 * authority made for the purpose and forgotten. Neither is written anywhere.
 */
export async function issueExpired(options: CertificateOptions): Promise<ExpiredCertificate> {
  const { certificate, key } = await new CertificateStore(options.stateDirectory, options.owner).readAuthority();
  const { serverName } = await readTrust(options);
  const names = leafNames({ ...options, names: [...options.names, ...(serverName === undefined ? [] : [serverName])] });
  const authority = certificate === undefined || key === undefined ? await createAuthority('haplat drill authority', new Date()) : { certificate, key };
  const pair = await issueLeaf(authority, { names, days: 1, now: new Date(Date.now() - issuedAgoMs) });
  return { pair, authority: authority.certificate };
}
