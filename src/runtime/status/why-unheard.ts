import type { Engine } from '../engine/port.ts';

/** A node says so for the first few packets only, and then nothing for a while. */
const lines = 200;
/** RFC 9568, 5.2.8: the checksum covers the addresses as well, so that a packet whose sender was rewritten is refused. */
const refused = /Invalid VRRPv3 checksum from (\S+)/;

/** Why nodes that should hear each other's announcements do not, where the logs of Keepalived tell. By container names. */
export async function whyUnheard(engine: Pick<Engine, 'logs'>, containers: readonly string[]): Promise<string | undefined> {
  for (const container of containers) {
    for await (const { text } of engine.logs(container, { tail: lines })) {
      const sender = refused.exec(text)?.[1];
      if (sender !== undefined) {
        return `announcements arrive as if ${sender} had sent them: a rule of the host rewrites addresses inside the network; "iptables -t nat -S POSTROUTING" shows it, and one for a bridge that is gone can be deleted`;
      }
    }
  }
  return undefined;
}
