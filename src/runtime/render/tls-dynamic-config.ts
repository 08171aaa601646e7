import { stringify } from 'yaml';

/** Where Traefik sees `<state>/tls/`. */
export const tlsMountPath = '/run/haplat-tls';
/** The file below `<state>/tls/` that names the certificate in use; written last, by rename. */
export const tlsDynamicConfigFile = 'dynamic-tls.yml';

/**
 * Traefik's dynamic configuration for a certificate and key, both named relative to `<state>/tls/`. A pair must have
 * names of its own (such as `leaf-<fingerprint>.crt`): Traefik reads this file whenever anything in the folder changes,
 * so that a pair replaced in place could be read half old, half new.
 */
export function renderTlsDynamicConfig(files: { readonly certFile: string; readonly keyFile: string }): string {
  const pair = () => ({
    certFile: `${tlsMountPath}/${files.certFile}`,
    keyFile: `${tlsMountPath}/${files.keyFile}`,
  });
  return stringify({
    tls: {
      certificates: [pair()],
      stores: { default: { defaultCertificate: pair() } },
      options: { default: { minVersion: 'VersionTLS12', sniStrict: false } },
    },
  });
}
