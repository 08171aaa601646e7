import test from 'ava';
import type { ContainerSpec } from '../../../../src/runtime/engine/container-spec.ts';
import { toCreateOptions } from '../../../../src/runtime/engine/create-options.ts';
import { toCompose } from '../../../../src/runtime/export/compose.ts';
import { changedParts, configParts, identityLabels } from '../../../../src/runtime/plan/config-hash.ts';
import { aService, aTopology } from './_build.ts';

/** Another value for each field, so that one that is added has to be thought of here. The name is what tells containers apart. */
const changes: { readonly [Field in Exclude<keyof ContainerSpec, 'name'>]-?: NonNullable<ContainerSpec[Field]> } = {
  hostname: 'other',
  image: 'image:2',
  entrypoint: ['other'],
  command: ['other'],
  env: { OTHER: '1' },
  user: '1:1',
  labels: { other: '1' },
  joins: 'p-other',
  networks: [{ network: 'p-net', ipv4: '10.1.0.9', aliases: ['other'] }],
  mounts: [{ kind: 'tmpfs', target: '/other', sizeMiB: 1, mode: 0o700 }],
  ports: [{ hostIp: '127.0.0.1', hostPort: 8080, containerPort: 80, protocol: 'tcp' }],
  capAdd: ['CHOWN'],
  sysctls: { 'net.ipv4.ip_forward': '1' },
  readOnlyRootfs: false,
  init: true,
  healthcheck: { command: ['false'], intervalMs: 1000, timeoutMs: 1000, retries: 1, startPeriodMs: 0 },
  restart: 'no',
  stopSignal: 'SIGINT',
  stopGraceMs: 9000,
  memoryLimitMiB: 64,
  pidsLimit: 64,
  cpuShares: 512,
  oomScoreAdj: 500,
  shmSizeMiB: 64,
};

const plain = aService('app_1');
const { networks } = aTopology([plain]);
const labelsOf = (service: typeof plain) => identityLabels('p', service, configParts(service, networks));

for (const [field, value] of Object.entries(changes)) {
  const changed = aService('app_1', { container: { [field]: value } });
  test(`a container is made anew when its ${field} is another, and made as that says`, (t) => {
    t.is(changedParts(configParts(changed, networks), labelsOf(plain)).length, 1);
    t.notDeepEqual(toCreateOptions(changed.container), toCreateOptions(plain.container));
  });
  test(`a Compose file has a container's ${field}`, (t) => {
    t.not(toCompose(aTopology([changed])), toCompose(aTopology([plain])));
  });
}

test('what has not changed is left alone, in whatever order its parts are written', (t) => {
  const container = { env: { A: '1', B: '2' }, capAdd: ['CHOWN', 'KILL'] };
  const reordered = { env: { B: '2', A: '1' }, capAdd: ['KILL', 'CHOWN'] };
  t.deepEqual(changedParts(configParts(aService('app_1', { container: reordered }), networks), labelsOf(aService('app_1', { container }))), []);
});
