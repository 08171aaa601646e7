import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Config } from '../config/schema/config.ts';
import { nodeAddresses } from '../config/schema/node-addresses.ts';
import type { Engine } from '../engine/port.ts';
import { parseRoutes, type HostRoute } from './host-conflicts.ts';

/** The host's IPv4 routes; none where there is no /proc to tell. */
export async function readRoutes(): Promise<HostRoute[]> {
  try {
    return parseRoutes(await readFile('/proc/net/route', 'utf8'));
  } catch {
    return [];
  }
}

export type PortState = 'free' | 'taken' | 'no such address';

const portStates: Readonly<Record<string, PortState>> = {
  EADDRINUSE: 'taken',
  EADDRNOTAVAIL: 'no such address',
  EAFNOSUPPORT: 'no such address',
};

/** Whether somebody could listen on that port of this machine. `free` too where we may not find out. */
export async function portState(host: string, port: number): Promise<PortState> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) => { resolve(portStates[error.code ?? ''] ?? 'free'); });
    server.listen({ host, port, exclusive: true, ipv6Only: true }, () => { server.close(() => { resolve('free'); }); });
  });
}

/** Ports, routes and addresses of this machine say nothing about an Engine elsewhere. */
export function isHere({ socketPath }: Pick<Engine, 'socketPath'>): boolean {
  return process.platform === 'linux' && socketPath !== undefined;
}

/** The bridges of the Engine's networks have their gateways' addresses; in a container that was given its socket, nothing has. */
export function hasOurBridges({ network }: Pick<Config, 'network'>): boolean {
  const { gateway } = nodeAddresses(network);
  return Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ address }) => address === gateway) === true);
}
