import test from 'ava';
import { parse } from 'yaml';
import { renderTlsDynamicConfig } from '../../../../src/runtime/render/tls-dynamic-config.ts';

test('the pair is both offered and the default, where Traefik sees it, from TLS 1.2 on', (t) => {
  const pair = { certFile: '/run/haplat-tls/leaf-1.crt', keyFile: '/run/haplat-tls/leaf-1.key' };
  t.deepEqual(parse(renderTlsDynamicConfig({ certFile: 'leaf-1.crt', keyFile: 'leaf-1.key' })), {
    tls: {
      certificates: [pair],
      stores: { default: { defaultCertificate: pair } },
      options: { default: { minVersion: 'VersionTLS12', sniStrict: false } },
    },
  });
});
