import { render } from '../render/render.ts';
import type { TopologyContext } from './context.ts';
import { ports } from './ports.ts';
import type { RenderedFile } from './topology.ts';

/** Traefik goes on for 2.4 s after it is told to end (traefik.yml.eta); a cluster tells it so after the address has gone. */
const timeoutSeconds = 5;

/** What the scripts of a node need to say that it still serves what it has. */
export const handoverEnvironment = { CHECK_PORT: String(ports.ping), HANDOVER_PORT: String(ports.handover) };

/**
 * The packet filter by which a planned move of the virtual address resets no connection: its new holder hands segments of
 * connections that it does not know to the node that gave it up, for as long as that one serves them. `from`: addresses,
 * or a subnet, whose offers it takes.
 */
export function handoverRules({ config, templates }: TopologyContext, from: readonly string[]): RenderedFile {
  const text = render(templates, 'handover/handover.nft.eta', { from, port: ports.handover, timeoutSeconds, vip: config.network.vip });
  return { path: 'handover.nft', text, mode: 0o644 };
}
