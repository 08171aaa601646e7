import { stringify } from 'yaml';

/** Where Traefik sees `<state>/tls/`. */
export const tlsMountPath = '/run/haplat-tls';
/**
 * A folder in it that is each load balancer's own, in memory: what a drill puts there is gone when the container is
 * restarted. Traefik reads it first (folders and files by name), and of two default certificates it takes the first.
 */
export const tlsDrillFolder = 'drill';
/** The file below `<state>/tls/` that names the certificate in use; written last, by rename. */
export const tlsDynamicConfigFile = 'dynamic-tls.yml';

/**
 * Traefik's dynamic configuration for a certificate and key, both named relative to `<state>/tls/`. A pair must have
 * names of its own (such as `leaf-<fingerprint>.crt`): Traefik reads this file whenever anything in the folder changes,
 * so that a pair replaced in place could be read half old, half new.
 */
export function renderTlsDynamicConfig(files: { readonly certFile: string; readonly keyFile: string }): string {
  return stringify({
    tls: {
      // The default for every name, and no other: where several fit, it would be left to chance which one is served.
      stores: defaultStore(`${tlsMountPath}/${files.certFile}`, `${tlsMountPath}/${files.keyFile}`),
      options: { default: { minVersion: 'VersionTLS12', sniStrict: false } },
    },
  });
}

/** The same with the certificate and key themselves in it, as PEM texts: one file, there at once or not at all. */
export function renderInlineCertificate(pair: { readonly certificate: string; readonly key: string }): string {
  return stringify({ tls: { stores: defaultStore(pair.certificate, pair.key) } });
}

function defaultStore(certFile: string, keyFile: string): object {
  return { default: { defaultCertificate: { certFile, keyFile } } };
}
