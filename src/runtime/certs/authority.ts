import { createHash, generateKeyPair, randomBytes, sign, X509Certificate } from 'node:crypto';
import { promisify } from 'node:util';
import forge from 'node-forge';
import { dayMs } from './describe-certificate.ts';

/** A certificate and its private key, as PEM texts. */
export interface CertificateAndKey {
  readonly certificate: string;
  readonly key: string;
}

const generate = promisify(generateKeyPair);
const authorityBits = 3072;
/** NIST P-256, by OpenSSL's name. */
const leafCurve = 'prime256v1';
const authorityYears = 10;
/** Clocks differ: a certificate that is valid from this moment would not be on a machine that is behind. */
const backdatedMs = 60 * 60 * 1000;
/** Its types leave out what makes the part of a certificate that is signed. */
const pki = forge.pki as typeof forge.pki & { getTBSCertificate: (certificate: forge.pki.Certificate) => forge.asn1.Asn1 };
/** RFC 8017, A.2.4. */
const sha256WithRsa = '1.2.840.113549.1.1.11';
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
  return { certificate: signed(certificate, key), key };
}

export interface LeafRequest {
  /** DNS names and IP addresses; the first is the subject's common name. */
  readonly names: readonly string[];
  readonly days: number;
  readonly now: Date;
}

/**
 * A server certificate for these names, signed by the authority: ECDSA on P-256. It does not outlive the authority. The
 * text holds the leaf alone. Whoever had a connection makes a new one when the address moves, all of them at once: through
 * Traefik `openssl s_time -new` made 550 a second, with RSA 2048 300 (two cores for both ends).
 */
export async function issueLeaf(authority: CertificateAndKey, request: LeafRequest): Promise<CertificateAndKey> {
  const issuer = forge.pki.certificateFromPem(authority.certificate);
  const { privateKey, publicKey } = await newLeafKey();
  const certificate = draft(authority.key, request.now, request.days);
  const authorityEnds = new Date(new X509Certificate(authority.certificate).validTo);
  if (certificate.validity.notAfter > authorityEnds) certificate.validity.notAfter = authorityEnds;
  certificate.setSubject(nameOf(request.names[0] ?? 'localhost'));
  certificate.setIssuer(issuer.subject.attributes);
  certificate.setExtensions([
    { name: 'basicConstraints', critical: true, cA: false },
    { name: 'keyUsage', critical: true, digitalSignature: true },
    { name: 'extKeyUsage', serverAuth: true },
    { name: 'subjectKeyIdentifier', value: octetString(keyIdentifier(publicKey)) },
    { name: 'authorityKeyIdentifier', keyIdentifier: issuer.generateSubjectKeyIdentifier().getBytes() },
    { name: 'subjectAltName', altNames: request.names.map(toAltName) },
  ]);
  return { certificate: signed(certificate, authority.key, publicKey), key: privateKey };
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

/** The public key as DER. */
async function newLeafKey(): Promise<{ readonly privateKey: string; readonly publicKey: Buffer }> {
  return generate('ec', {
    namedCurve: leafCurve,
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
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

/** Where a TBSCertificate has its subjectPublicKeyInfo: RFC 5280, 4.1. */
const publicKeyAt = 6;

/**
 * As PEM. Signed by Node's OpenSSL: node-forge's own RSA takes a tenth of a second for a signature. A key on an elliptic
 * curve, of which node-forge knows nothing, takes the place of the draft's.
 */
function signed(certificate: forge.pki.Certificate, signer: string, subjectKey?: Buffer): string {
  certificate.signatureOid = certificate.siginfo.algorithmOid = sha256WithRsa;
  certificate.tbsCertificate = pki.getTBSCertificate(certificate);
  const { value } = certificate.tbsCertificate;
  if (typeof value === 'string') throw new TypeError('a TBSCertificate is a sequence');
  if (subjectKey !== undefined) value[publicKeyAt] = forge.asn1.fromDer(subjectKey.toString('binary'));
  const toSign = Buffer.from(forge.asn1.toDer(certificate.tbsCertificate).getBytes(), 'binary');
  certificate.signature = sign('sha256', toSign, signer).toString('binary');
  return forge.pki.certificateToPem(certificate).replaceAll('\r\n', '\n');
}

/** RFC 5280, 4.2.1.2, method 1: the SHA-1 of the point, which an uncompressed P-256 key ends with, 0x04 and 64 bytes. */
function keyIdentifier(publicKey: Buffer): Buffer {
  return createHash('sha1').update(publicKey.subarray(-65)).digest();
}

function octetString(bytes: Buffer): forge.asn1.Asn1 {
  const { Class, Type } = forge.asn1;
  return forge.asn1.create(Class.UNIVERSAL, Type.OCTETSTRING, false, bytes.toString('binary'));
}

function nameOf(commonName: string): forge.pki.CertificateField[] {
  return [
    { name: 'organizationName', value: 'haplat' },
    { name: 'commonName', value: commonName },
  ];
}

/** GeneralName of RFC 5280, 4.2.1.6: 2 is a DNS name, 7 an IP address. */
function toAltName(name: string): Record<string, unknown> {
  // An IPv6 address as the URL parser writes it: node-forge reads none with a part in dots, or takes that for all of it.
  if (name.includes(':')) return { type: 7, ip: new URL(`http://[${name}]`).hostname.slice(1, -1) };
  return /^[\d.]+$/.test(name) ? { type: 7, ip: name } : { type: 2, value: name };
}
