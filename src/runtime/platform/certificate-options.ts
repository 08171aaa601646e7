import type { CertificateOptions } from '../certs/ensure-certificates.ts';
import type { LoadedConfig } from '../config/load-config.ts';
import { certainAddress } from '../config/schema/bind-addresses.ts';
import { containerOwner } from './prepare.ts';

/** What the configuration says of certificates: where they are, for whom, and for which names. */
export function certificateOptions({ config, stateDirectory, source }: LoadedConfig, onWarning?: (message: string) => void): CertificateOptions {
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
