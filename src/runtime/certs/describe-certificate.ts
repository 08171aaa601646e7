import { createPrivateKey, X509Certificate } from 'node:crypto';

export const dayMs = 24 * 60 * 60 * 1000;

/** What people and scripts want to know of a certificate. */
export interface CertificateInfo {
  readonly file: string;
  readonly subject: string;
  readonly issuer: string;
  /** DNS names and IP addresses. */
  readonly names: readonly string[];
  readonly notBefore: string;
  readonly notAfter: string;
  /** Whole days; negative when it has run out. */
  readonly daysLeft: number;
  readonly fingerprint256: string;
}

/** Reads the first certificate of a PEM text. Throws when there is none. */
export function describeCertificate(file: string, pem: string, now: Date): CertificateInfo {
  const certificate = new X509Certificate(pem);
  const notAfter = new Date(certificate.validTo);
  return {
    file,
    subject: oneLine(certificate.subject),
    issuer: oneLine(certificate.issuer),
    names: namesOf(certificate),
    notBefore: new Date(certificate.validFrom).toISOString(),
    notAfter: notAfter.toISOString(),
    daysLeft: Math.floor((notAfter.getTime() - now.getTime()) / dayMs),
    fingerprint256: certificate.fingerprint256,
  };
}

/** Whether it is not valid yet: made while a clock was ahead, say. Who verifies it refuses it, like one that has run out. */
export function isOfTheFuture({ notBefore }: Pick<CertificateInfo, 'notBefore'>, now: Date): boolean {
  return Date.parse(notBefore) > now.getTime();
}

/** Whether the key is the one of the certificate. False also when it can't be read. */
export function isKeyOf(certificatePem: string, keyPem: string): boolean {
  try {
    return new X509Certificate(certificatePem).checkPrivateKey(createPrivateKey(keyPem));
  } catch {
    return false;
  }
}

/** Whether the authority signed the certificate: the names alone would match another authority of the same project. */
export function isIssuedBy(certificatePem: string, authorityPem: string): boolean {
  const certificate = new X509Certificate(certificatePem);
  const authority = new X509Certificate(authorityPem);
  return certificate.checkIssued(authority) && certificate.verify(authority.publicKey);
}

/** Whether the text begins with a certificate. */
export function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).subject !== '';
  } catch {
    return false;
  }
}

/** Whether the text is a private key without a pass phrase. */
export function isKey(pem: string): boolean {
  try {
    return createPrivateKey(pem).type === 'private';
  } catch {
    return false;
  }
}

function oneLine(distinguishedName: string): string {
  return distinguishedName.split('\n').join(', ');
}

function namesOf(certificate: X509Certificate): string[] {
  return (certificate.subjectAltName ?? '')
    .split(', ')
    .filter((part) => part !== '')
    .map((part) => part.replace(/^(DNS|IP Address):/, ''));
}
