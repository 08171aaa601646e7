import test from 'ava';
import { parse } from 'yaml';
import { renderInlineCertificate, renderTlsDynamicConfig, tlsDrillFolder, tlsDynamicConfigFile } from '../../../../src/runtime/render/tls-dynamic-config.ts';

test('the pair is the default for every name, where Traefik sees it, from TLS 1.2 on', (t) => {
  const pair = { certFile: '/run/haplat-tls/leaf-1.crt', keyFile: '/run/haplat-tls/leaf-1.key' };
  t.deepEqual(parse(renderTlsDynamicConfig({ certFile: 'leaf-1.crt', keyFile: 'leaf-1.key' })), {
    tls: {
      stores: { default: { defaultCertificate: pair } },
      options: { default: { minVersion: 'VersionTLS12', sniStrict: false } },
    },
  });
});

test('what a drill puts in has the certificate and key themselves in it, and comes first by name', (t) => {
  const pair = { certificate: '-----BEGIN CERTIFICATE-----\nA\n-----END CERTIFICATE-----\n', key: 'K\n' };
  t.deepEqual(parse(renderInlineCertificate(pair)), {
    tls: { stores: { default: { defaultCertificate: { certFile: pair.certificate, keyFile: pair.key } } } },
  });
  t.deepEqual([tlsDynamicConfigFile, tlsDrillFolder].toSorted(), [tlsDrillFolder, tlsDynamicConfigFile]);
});
