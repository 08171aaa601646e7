import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { parseRoutes, type HostRoute } from './host-conflicts.ts';

/** The host's IPv4 routes; none where there is no /proc to tell. */
export async function readRoutes(): Promise<HostRoute[]> {
  try {
    return parseRoutes(await readFile('/proc/net/route', 'utf8'));
  } catch {
    return [];
  }
}

export interface Listener {
  /** `*` for every address; empty for one of IPv6 that is none of IPv4: it may be any of them. */
  readonly address: string;
  readonly port: number;
}

/** Who listens where: of proc(5), /proc/net/tcp, state 0A. Nobody where there is no /proc. */
export async function readListeners(folder = '/proc/net'): Promise<Listener[]> {
  const tables = await Promise.all(['tcp', 'tcp6'].map((name) => readFile(`${folder}/${name}`, 'utf8').catch(() => '')));
  const listening = /^ *\d+: (?<address>[0-9A-F]+):(?<port>[0-9A-F]{4}) [0-9A-F]+:0000 0A /gm;
  return tables.flatMap((text) =>
    [...text.matchAll(listening)].map(({ groups }) => ({ address: addressIn(groups?.['address'] ?? ''), port: parseInt(groups?.['port'] ?? '0', 16) })),
  );
}

/** Hexadecimal, in the byte order of a little-endian machine; one of IPv4 may be mapped into one of IPv6. */
function addressIn(hex: string): string {
  if (/^0+$/.test(hex)) return '*';
  const [ipv4] = /[0-9A-F]{8}$/.exec(hex) ?? [];
  const isIpv4 = hex.length === 8 || hex.startsWith('0000000000000000FFFF0000');
  return !isIpv4 || ipv4 === undefined ? '' : [...ipv4.matchAll(/../g)].map(([byte]) => parseInt(byte, 16)).reverse().join('.');
}

function isTaken({ address, port }: Listener, host: string, wanted: number): boolean {
  return port === wanted && (address === '*' || address === host || host === '0.0.0.0' || host === '::' || (address === '' && host.includes(':')));
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
    server.once('error', (error: NodeJS.ErrnoException) => {
      // Below 1024 only root may try: who listens there stands in a table that all may read.
      if (error.code === 'EACCES') void readListeners().then((all) => { resolve(all.some((one) => isTaken(one, host, port)) ? 'taken' : 'free'); });
      else resolve(portStates[error.code ?? ''] ?? 'free');
    });
    server.listen({ host, port, exclusive: true, ipv6Only: true }, () => { server.close(() => { resolve('free'); }); });
  });
}
