/** A parsed IPv4 subnet: its first address as an unsigned 32-bit number, and how many addresses it has. */
export interface Cidr {
  readonly network: number;
  readonly prefix: number;
  readonly size: number;
}

/** The address as an unsigned 32-bit number. Throws RangeError when it is not four decimal numbers of 0–255. */
export function parseAddress(text: string): number {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)) {
    throw new RangeError(`${text} is not an IPv4 address`);
  }
  // Multiplied, not shifted: JavaScript's shifts are signed.
  return parts.reduce((sum, part) => sum * 256 + Number(part), 0);
}

/** The dotted text of an unsigned 32-bit number. */
export function formatAddress(value: number): string {
  return [24, 16, 8, 0].map((bits) => (value >>> bits) & 255).join('.');
}

/** Parses `172.20.0.0/16`; host bits are cleared (`172.20.0.9/16` is the same subnet). Throws RangeError. */
export function parseCidr(text: string): Cidr {
  const match = /^([^/]+)\/(\d{1,2})$/.exec(text);
  const [, address, prefixText] = match ?? [];
  const prefix = Number(prefixText);
  if (address === undefined || !(prefix <= 32)) throw new RangeError(`${text} is not an IPv4 subnet`);
  const size = 2 ** (32 - prefix);
  const value = parseAddress(address);
  return { network: value - (value % size), prefix, size };
}

/** The subnet's text with its host bits cleared: what the Engine insists on. */
export function canonicalCidr(cidr: string): string {
  const { network, prefix } = parseCidr(cidr);
  return `${formatAddress(network)}/${prefix}`;
}

/** Whether the address lies in the subnet. */
export function contains(cidr: string, address: string): boolean {
  const { size } = parseCidr(cidr);
  const index = indexOf(cidr, address);
  return index >= 0 && index < size;
}

/** Whether the two subnets share an address. */
export function overlaps(left: string, right: string): boolean {
  const a = parseCidr(left);
  const b = parseCidr(right);
  return a.network < b.network + b.size && b.network < a.network + a.size;
}

/** The n-th address of the subnet; 0 is the network's own. Throws RangeError outside it. */
export function addressAt(cidr: string, n: number): string {
  const { network, size } = parseCidr(cidr);
  if (!Number.isInteger(n) || n < 0 || n >= size) throw new RangeError(`${cidr} has no address number ${n}`);
  return formatAddress(network + n);
}

/** The inverse of `addressAt`: negative or ≥ the subnet's size when the address lies outside. */
export function indexOf(cidr: string, address: string): number {
  return parseAddress(address) - parseCidr(cidr).network;
}

/** Whether no host may have this address, because it is the subnet's first or last (/31 and /32 have no such). */
export function isNetworkOrBroadcast(cidr: string, address: string): boolean {
  const { size } = parseCidr(cidr);
  const index = indexOf(cidr, address);
  return size > 2 && (index === 0 || index === size - 1);
}
