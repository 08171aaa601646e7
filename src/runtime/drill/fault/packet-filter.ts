export interface PacketFilter {
  /** Only packets from and to these addresses; empty: all but loopback. */
  readonly from: readonly string[];
  readonly percent: number;
}

/** The nftables rules that drop packets both ways. An interface's addresses stay, and so does loopback. */
export function packetFilter({ from, percent }: PacketFilter): string {
  const chance = percent >= 100 ? '' : `numgen random mod 100 < ${percent} `;
  const chain = (hook: 'input' | 'output', name: string, address: string) => {
    const only = from.length === 0 ? '' : `ip ${address} { ${from.join(', ')} } `;
    return [
      `  chain ${hook} {`,
      `    type filter hook ${hook} priority -300; policy accept;`,
      `    ${name} "lo" accept`,
      `    ${only}${chance}drop`,
      '  }',
    ];
  };
  return ['table inet haplat_drill {', ...chain('input', 'iifname', 'saddr'), ...chain('output', 'oifname', 'daddr'), '}'].join('\n');
}
