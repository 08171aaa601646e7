import { dueCertificates, ensureCertificates, listCertificates, readFingerprintInUse, rotateCertificate, type CertificateOptions } from '../certs/ensure-certificates.ts';
import type { ExpiredCertificate } from '../certs/expired-certificate.ts';
import type { CertificateInfo } from '../certs/describe-certificate.ts';
import { readTrust, type Trust } from '../certs/trust.ts';
import type { LoadedConfig } from '../config/load-config.ts';
import { certainAddress } from '../config/schema/bind-addresses.ts';
import { containerOwner } from './prepare.ts';

/** Issues what is missing or runs out; says what it did. */
export async function bringCertificates(loaded: LoadedConfig, onWarning: (message: string) => void): Promise<string[]> {
  return ensureCertificates(optionsOf(loaded, onWarning));
}

/** What `bringCertificates` would do, a line each; touches nothing. */
export async function certificatesDue(loaded: LoadedConfig): Promise<string[]> {
  return dueCertificates(optionsOf(loaded));
}

/** Issues a new server certificate, which Traefik takes while it runs. */
export async function renewCertificate(loaded: LoadedConfig, onWarning: (message: string) => void): Promise<string[]> {
  return rotateCertificate(optionsOf(loaded, onWarning));
}

export async function readCertificates(loaded: LoadedConfig): Promise<CertificateInfo[]> {
  return listCertificates(optionsOf(loaded));
}

/** SHA-256 of the certificate that Traefik is told to serve; undefined where there is none, or it can't be read. */
export async function fingerprintInUse(loaded: LoadedConfig): Promise<string | undefined> {
  return readFingerprintInUse(optionsOf(loaded));
}

/** By what a drill's clients find nothing wrong with the certificate in use. */
export async function trustOfClients(loaded: LoadedConfig): Promise<Trust> {
  return readTrust(optionsOf(loaded));
}

/** A certificate like the one in use, past its time, for a drill to serve. */
export async function expiredCertificate(loaded: LoadedConfig): Promise<ExpiredCertificate> {
  const { issueExpired } = await import('../certs/expired-certificate.ts');
  return issueExpired(optionsOf(loaded));
}

function optionsOf({ config, stateDirectory, source }: LoadedConfig, onWarning?: (message: string) => void): CertificateOptions {
  return {
    source,
    project: config.project,
    stateDirectory,
    owner: containerOwner(),
    vip: config.network.vip,
    names: [...certainAddress(config.ports), ...config.certificates.names],
    days: config.certificates.days,
    certFile: config.certificates.certFile,
    keyFile: config.certificates.keyFile,
    ...(onWarning && { onWarning }),
  };
}
