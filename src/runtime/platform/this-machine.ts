import { networkInterfaces } from 'node:os';
import type { Config } from '../config/schema/config.ts';
import { nodeAddresses } from '../config/schema/node-addresses.ts';
import type { Engine } from '../engine/port.ts';

/** Ports, routes and addresses of this machine say nothing about an Engine elsewhere. */
export function isHere({ socketPath }: Pick<Engine, 'socketPath'>): boolean {
  return process.platform === 'linux' && socketPath !== undefined;
}

/** The bridges of the Engine's networks have their gateways' addresses; in a container that was given its socket, nothing has. */
export function hasOurBridges({ network }: Pick<Config, 'network'>): boolean {
  const { gateway } = nodeAddresses(network);
  return Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ address }) => address === gateway) === true);
}
