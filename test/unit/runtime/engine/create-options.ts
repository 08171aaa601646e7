import test from 'ava';
import { toCreateOptions } from '../../../../src/runtime/engine/create-options.ts';
import { aService } from '../plan/_build.ts';

test('every container drops all capabilities, gains no privileges and is never privileged', (t) => {
  const { HostConfig } = toCreateOptions(aService('app_1', { container: { capAdd: ['NET_ADMIN'] } }).container);
  t.deepEqual(HostConfig?.CapDrop, ['ALL']);
  t.deepEqual(HostConfig?.CapAdd, ['NET_ADMIN']);
  t.deepEqual(HostConfig?.SecurityOpt, ['no-new-privileges:true']);
  t.falsy(HostConfig?.Privileged);
});

test('a member of a pod joins its owner\'s network and PID namespaces and has no host name of its own', (t) => {
  const options = toCreateOptions(aService('traefik_1', { container: { joins: 'p-keepalived_1', networks: [] } }).container);
  t.is(options.HostConfig?.NetworkMode, 'container:p-keepalived_1');
  t.is(options.HostConfig?.PidMode, 'container:p-keepalived_1');
  t.is(options.Hostname, undefined);
  t.is(options.NetworkingConfig, undefined);
});

test('only the first network is given at creation: an Engine before API 1.44 takes no more', (t) => {
  const networks = [{ network: 'p-a', aliases: ['x'], ipv4: '10.0.0.5' }, { network: 'p-b', aliases: [] }];
  const options = toCreateOptions(aService('app_1', { container: { networks } }).container);
  t.deepEqual(options.NetworkingConfig?.EndpointsConfig, { 'p-a': { Aliases: ['x'], IPAMConfig: { IPv4Address: '10.0.0.5' } } });
  t.is(options.HostConfig?.NetworkMode, 'p-a');
});

test('times are in the Engine\'s units', (t) => {
  const options = toCreateOptions(aService('app_1', { container: { stopGraceMs: 2500 } }).container);
  t.is(options.StopTimeout, 3);
  t.is(options.Healthcheck?.Timeout, 2_000_000_000);
  t.is(options.Healthcheck?.Interval, 5_000_000_000);
  t.deepEqual(options.Healthcheck?.Test, ['CMD', 'true']);
});

test('ports are published where they were asked for', (t) => {
  const ports = [{ hostIp: '127.0.0.1', hostPort: 8080, containerPort: 80, protocol: 'tcp' as const }];
  const options = toCreateOptions(aService('edge', { container: { ports } }).container);
  t.deepEqual(options.HostConfig?.PortBindings, { '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '8080' }] });
  t.deepEqual(options.ExposedPorts, { '80/tcp': {} });
});

test('a port that is published at several addresses is so at each of them', (t) => {
  const ports = ['0.0.0.0', '::'].map((hostIp) => ({ hostIp, hostPort: 8080, containerPort: 80, protocol: 'tcp' as const }));
  const options = toCreateOptions(aService('edge', { container: { ports } }).container);
  t.deepEqual(options.HostConfig?.PortBindings, { '80/tcp': [{ HostIp: '0.0.0.0', HostPort: '8080' }, { HostIp: '::', HostPort: '8080' }] });
});
