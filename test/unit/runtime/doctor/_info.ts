import type { EngineInfo } from '../../../../src/runtime/engine/port.ts';

export const gib = 1024 ** 3;

/** An Engine about which there is nothing to say. */
export const goodInfo: EngineInfo = {
  hostname: 'host',
  version: '27.0.0',
  apiVersion: '1.46',
  os: 'linux',
  architecture: 'x86_64',
  operatingSystem: 'Debian GNU/Linux 12',
  kernel: '6.1.0',
  cpus: 4,
  dataRoot: '/var/lib/docker', memoryBytes: 8 * gib,
  cgroupVersion: '2',
  cgroupDriver: 'systemd',
  users: 'same',
};
