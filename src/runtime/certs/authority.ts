import { generateKeyPair, randomBytes, X509Certificate } from 'node:crypto';
import { promisify } from 'node:util';
import forge from 'node-forge';

/** A certificate and its private key, as PEM texts. */
export interface CertificateAndKey {
  readonly certificate: string;
  readonly key: string;
}

const generate = promisify(generateKeyPair);
const authorityBits = 3072;
const leafBits = 2048;
const authorityYears = 10;
/** Clocks differ: a certificate that is valid from this moment would not be on a machine that is behind. */
const backdatedMs = 60 * 60 * 1000;
const dayMs = 24 * 60 * 60 * 1000;
/** RFC 5280, 4.1.2.2: at most 20 octets and positive. CA/Browser Forum Baseline Requirements 7.1: 64 random bits or more. */
const serialBytes = 16;

export function newAuthorityKey(): Promise<string> {
  return newKey(authorityBits);
}

/** A private authority: RSA 3072, ten years, may sign leaves and nothing else. With a new key unless one is given. */
export async function createAuthority(name: string, now: Date, givenKey?: string): Promise<CertificateAndKey> {
  const key = givenKey ?? (await newAuthorityKey());
  const certificate = draft(key, now, authorityYears * 365);
  const subject = nameOf(name);
  certificate.setSubject(subject);
  certificate.setIssuer(subject);
  certificate.setExtensions([
    { name: 'basicConstraints', critical: true, cA: true, pathLenConstraint: 0 },
    { name: 'keyUsage', critical: true, keyCertSign: true, cRLSign: true },
    { name: 'subjectKeyIdentifier' },
  ]);
  return signed(certificate, key, key);
}

export interface LeafRequest {
  /** DNS names and IP addresses; the first is the subject's common name. */
  readonly names: readonly string[];
  readonly days: number;
  readonly now: Date;
}

/**
 * A server certificate for these names, signed by the authority: RSA 2048. It does not outlive the authority. The text
 * holds the leaf alone.
 */
export async function issueLeaf(authority: CertificateAndKey, request: LeafRequest): Promise<CertificateAndKey> {
  const issuer = forge.pki.certificateFromPem(authority.certificate);
  const key = await newKey(leafBits);
  const certificate = draft(key, request.now, request.days);
  const authorityEnds = new Date(new X509Certificate(authority.certificate).validTo);
  if (certificate.validity.notAfter > authorityEnds) certificate.validity.notAfter = authorityEnds;
  certificate.setSubject(nameOf(request.names[0] ?? 'localhost'));
  certificate.setIssuer(issuer.subject.attributes);
  certificate.setExtensions([
    { name: 'basicConstraints', critical: true, cA: false },
    { name: 'keyUsage', critical: true, digitalSignature: true, keyEncipherment: true },
    { name: 'extKeyUsage', serverAuth: true },
    { name: 'subjectKeyIdentifier' },
    { name: 'authorityKeyIdentifier', keyIdentifier: issuer.generateSubjectKeyIdentifier().getBytes() },
    { name: 'subjectAltName', altNames: request.names.map(toAltName) },
  ]);
  return signed(certificate, key, authority.key);
}

/** Made by Node's OpenSSL: node-forge's own takes seconds for such a key. */
async function newKey(modulusLength: number): Promise<string> {
  const { privateKey } = await generate('rsa', {
    modulusLength,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
  return privateKey;
}

function draft(key: string, now: Date, days: number): forge.pki.Certificate {
  const certificate = forge.pki.createCertificate();
  const privateKey = forge.pki.privateKeyFromPem(key);
  certificate.publicKey = forge.pki.setRsaPublicKey(privateKey.n, privateKey.e);
  certificate.serialNumber = newSerial();
  certificate.validity.notBefore = new Date(now.getTime() - backdatedMs);
  certificate.validity.notAfter = new Date(now.getTime() + days * dayMs);
  return certificate;
}

/** The first bit is clear, so that the number is positive; the next is set, so that it has its full length. */
function newSerial(): string {
  const bytes = randomBytes(serialBytes);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString('hex');
}

function signed(certificate: forge.pki.Certificate, key: string, signer: string): CertificateAndKey {
  certificate.sign(forge.pki.privateKeyFromPem(signer), forge.md.sha256.create());
  return { certificate: forge.pki.certificateToPem(certificate).replaceAll('\r\n', '\n'), key };
}

function nameOf(commonName: string): forge.pki.CertificateField[] {
  return [
    { name: 'organizationName', value: 'haplat' },
    { name: 'commonName', value: commonName },
  ];
}

/** GeneralName of RFC 5280, 4.2.1.6: 2 is a DNS name, 7 an IP address. */
function toAltName(name: string): Record<string, unknown> {
  return /^[\d.]+$/.test(name) || name.includes(':') ? { type: 7, ip: name } : { type: 2, value: name };
}
