export interface PacketFilter {
  /** Only packets from and to these addresses; empty: all but loopback. */
  readonly from: readonly string[];
  readonly percent: number;
}

/** Names of the tables, `family name`, that a filter may consist of. */
export const tables = ['inet haplat_drill', 'arp haplat_drill', 'netdev haplat_drill', 'arp haplat_drill_out'] as const;
/** In the text of rules: the interfaces, separated by commas. */
export const devicesMark = '@DEVICES@';

/** The nftables rules that drop packets both ways. An interface's addresses stay, and so does loopback. */
export function packetFilter(filter: PacketFilter): string {
  const { only, chance } = matches(filter);
  const sides = filter.from.length === 0 ? [`${chance}drop`] : [`${only('ip saddr')}${chance}drop`, `${only('ip daddr')}${chance}drop`];
  return [
    table('inet haplat_drill', [
      ...chain('input', 'hook input priority -300', ['iifname "lo" accept', `${only('ip saddr')}${chance}drop`]),
      ...chain('output', 'hook output priority -300', ['oifname "lo" accept', `${only('ip daddr')}${chance}drop`]),
      // What the edge forwards passes neither of the two.
      ...chain('forward', 'hook forward priority -300', sides),
    ]),
    table('arp haplat_drill', chain('input', 'hook input priority 0', [`${only('arp saddr ip')}${chance}drop`])),
  ].join('\n');
}

/**
 * What keeps ARP from going out as well: a node that is cut off but still announces the virtual address would draw
 * clients into nowhere, which no partition does. Keepalived sends these frames past all hooks but this one.
 */
export function arpFilter(filter: PacketFilter): string {
  const { only, chance } = matches(filter);
  const rules = [`ether type arp ${only('arp daddr ip')}${chance}drop`];
  return table('netdev haplat_drill', chain('egress', `hook egress devices = { ${devicesMark} } priority 0`, rules));
}

/** For kernels before 5.16, which lack that hook: at least the kernel's own ARP. */
export function arpFilterWithoutEgress(filter: PacketFilter): string {
  const { only, chance } = matches(filter);
  return table('arp haplat_drill_out', chain('output', 'hook output priority 0', [`${only('arp daddr ip')}${chance}drop`]));
}

function matches({ from, percent }: PacketFilter) {
  return {
    chance: percent >= 100 ? '' : `numgen random mod 100 < ${percent} `,
    only: (match: string) => (from.length === 0 ? '' : `${match} { ${from.join(', ')} } `),
  };
}

function table(name: (typeof tables)[number], chains: readonly string[]): string {
  return [`table ${name} {`, ...chains, '}'].join('\n');
}

function chain(name: string, hook: string, rules: readonly string[]): string[] {
  return [`  chain ${name} {`, `    type filter ${hook}; policy accept;`, ...rules.map((rule) => `    ${rule}`), '  }'];
}

/** Corosync's default port (corosync.conf(5), mcastport), and VRRP's protocol number (RFC 9568, 5.1.1.4). */
const heartbeats = ['udp dport 5405 drop', 'udp sport 5405 drop', 'ip protocol 112 drop'];

/** The nftables rules that drop the nodes' signs of life both ways, and nothing else. */
export function heartbeatFilter(): string {
  return table('inet haplat_drill', [
    ...chain('input', 'hook input priority -300', heartbeats),
    ...chain('output', 'hook output priority -300', heartbeats),
  ]);
}
