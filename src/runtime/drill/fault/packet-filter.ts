export interface PacketFilter {
  /** Only packets from and to these addresses; empty: all but loopback. */
  readonly from: readonly string[];
  readonly percent: number;
}

/** Names of the tables, `family name`, that a filter consists of. */
export const tables = ['inet haplat_drill', 'arp haplat_drill'] as const;

/**
 * The nftables rules that drop packets both ways. An interface's addresses stay, and so does loopback. ARP goes too: a
 * node that is cut off but still answers for the virtual address would draw clients into nowhere, which no partition does.
 */
export function packetFilter({ from, percent }: PacketFilter): string {
  const chance = percent >= 100 ? '' : `numgen random mod 100 < ${percent} `;
  const only = (match: string) => (from.length === 0 ? '' : `${match} { ${from.join(', ')} } `);
  const chain = (hook: 'input' | 'output', priority: number, rules: readonly string[]) => [
    `  chain ${hook} {`,
    `    type filter hook ${hook} priority ${priority}; policy accept;`,
    ...rules.map((rule) => `    ${rule}`),
    '  }',
  ];
  return [
    `table ${tables[0]} {`,
    ...chain('input', -300, ['iifname "lo" accept', `${only('ip saddr')}${chance}drop`]),
    ...chain('output', -300, ['oifname "lo" accept', `${only('ip daddr')}${chance}drop`]),
    '}',
    `table ${tables[1]} {`,
    ...chain('input', 0, [`${only('arp saddr ip')}${chance}drop`]),
    ...chain('output', 0, [`${only('arp daddr ip')}${chance}drop`]),
    '}',
  ].join('\n');
}
