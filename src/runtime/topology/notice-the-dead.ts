import { canonicalCidr } from '../config/schema/ipv4.ts';
import { render } from '../render/render.ts';
import type { TopologyContext } from './context.ts';
import type { RenderedFile } from './topology.ts';

/** For a node's entry point: who is dead on the networks of the replicas and of the Engine's proxies is noticed at once. */
export function noticeTheDead({ config, templates }: TopologyContext): RenderedFile {
  const subnets = [config.network.appSubnet, config.network.controlSubnet].map(canonicalCidr);
  return { path: 'notice-the-dead', text: render(templates, 'traefik/notice-the-dead.eta', { subnets }), mode: 0o755 };
}
