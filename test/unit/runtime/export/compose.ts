import test from 'ava';
import { parse } from 'yaml';
import { labels } from '../../../../src/runtime/engine/labels.ts';
import { toCompose } from '../../../../src/runtime/export/compose.ts';
import { serviceOf, topologyOf } from '../topology/_context.ts';

interface ComposeService {
  readonly image: string;
  readonly container_name: string;
  readonly command?: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly network_mode?: string;
  readonly pid?: string;
  readonly hostname?: string;
  readonly networks?: Readonly<Record<string, { readonly ipv4_address?: string; readonly priority?: number; readonly aliases: readonly string[] }>>;
  readonly cap_drop: readonly string[];
  readonly cap_add: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly ports: readonly string[];
  readonly depends_on: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck: { readonly test: readonly string[]; readonly interval: string; readonly timeout: string };
  readonly volumes: readonly { readonly type: string; readonly source?: string; readonly target: string }[];
}
interface ComposeFile {
  readonly name: string;
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly networks: Readonly<Record<string, { readonly name: string; readonly internal: boolean; readonly ipam: { readonly config: readonly { readonly subnet: string }[] } }>>;
  readonly volumes: Readonly<Record<string, { readonly name: string }>>;
}

const topology = topologyOf({ project: 'shop' });
const file = parse(toCompose(topology)) as ComposeFile;
const composeOf = (name: string): ComposeService => {
  const service = file.services[name];
  if (service === undefined) throw new Error(`the file has no service ${name}`);
  return service;
};

test('every service, network and volume is there under the name that haplat gives it', (t) => {
  t.is(file.name, 'shop');
  t.deepEqual(Object.values(file.services).map((one) => one.container_name), topology.services.map((one) => one.container.name));
  t.deepEqual(Object.values(file.networks).map((one) => one.name), topology.networks.map((one) => one.name));
  t.deepEqual(Object.values(file.volumes).map((one) => one.name), topology.volumes.map((one) => one.name));
});

test('networks keep their subnets and who may leave them', (t) => {
  for (const network of topology.networks) {
    const [, exported] = Object.entries(file.networks).find(([, one]) => one.name === network.name) ?? [];
    t.deepEqual([exported?.internal, exported?.ipam.config[0]?.subnet], [network.internal, network.subnet]);
  }
});

test('a pod’s member joins both namespaces of its owner and names no network of its own', (t) => {
  const member = composeOf('traefik_1');
  t.deepEqual([member.network_mode, member.pid], ['service:keepalived_1', 'service:keepalived_1']);
  t.is(member.networks, undefined);
  t.is(member.hostname, undefined);
});

test('networks are connected in the same order, with the same addresses', (t) => {
  const { networks = {} } = composeOf('keepalived_1');
  const inOrder = Object.entries(networks).sort(([, a], [, b]) => (b.priority ?? 0) - (a.priority ?? 0));
  const wanted = serviceOf(topology, 'keepalived_1').container.networks;
  t.deepEqual(inOrder.map(([name]) => `shop-${name}`), wanted.map((one) => one.network));
  t.deepEqual(inOrder.map(([, one]) => one.ipv4_address), wanted.map((one) => one.ipv4));
});

test('every name that a service refers to exists in the file', (t) => {
  for (const [name, service] of Object.entries(file.services)) {
    for (const needed of Object.keys(service.depends_on)) t.true(needed in file.services, `${name} depends on ${needed}`);
    for (const network of Object.keys(service.networks ?? {})) t.true(network in file.networks, `${name} is in ${network}`);
    for (const mount of service.volumes.filter((one) => one.type === 'volume')) {
      t.true((mount.source ?? '') in file.volumes, `${name} mounts ${String(mount.source)}`);
    }
  }
});

test('dependencies wait for health', (t) => {
  const conditions = Object.values(file.services).flatMap((one) => Object.values(one.depends_on).map(({ condition }) => condition));
  t.true(conditions.length > 0);
  t.deepEqual([...new Set(conditions)], ['service_healthy']);
});

test('no service has a capability that it does not have with haplat', (t) => {
  for (const { name, container } of topology.services) {
    t.deepEqual([composeOf(name).cap_drop, composeOf(name).cap_add], [['ALL'], container.capAdd], name);
  }
});

test('the labels by which the guardian knows its containers are there', (t) => {
  const found = composeOf('app_1').labels;
  t.deepEqual([found[labels.project], found[labels.service], found[labels.component]], ['shop', 'app_1', 'app']);
});

test('what is bound to loopback stays there', (t) => {
  t.true(composeOf('edge').ports.some((port) => port.startsWith('127.0.0.1:8080:')));
});

test('dollar signs reach the container as they are: Compose would read them as variables', (t) => {
  const service = serviceOf(topology, 'app_1');
  const container = {
    ...service.container,
    command: ['sh', '-c', 'echo $HOME'],
    env: { SECRET: 'a$b$$c' },
    labels: { rule: 'Path(`/$`)' },
    healthcheck: { ...service.container.healthcheck, repeated: { command: ['sh', '-c', 'test $X'], pauseMs: 1000, retryMs: 1000, timeoutMs: 9000 } },
  };
  const changed = parse(toCompose({ ...topology, services: [{ ...service, container }] })) as ComposeFile;
  const { app_1: exported } = changed.services;
  if (exported === undefined) throw new Error('the file has no service app_1');
  t.deepEqual(exported.command, ['sh', '-c', 'echo $$HOME']);
  t.is(exported.environment['SECRET'], 'a$$b$$$$c');
  t.is(exported.labels['rule'], 'Path(`/$$`)');
  t.deepEqual([exported.healthcheck.test, exported.healthcheck.timeout], [['CMD', 'sh', '-c', 'test $$X'], '9000ms']);
});
