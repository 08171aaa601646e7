import { render } from '../render/render.ts';
import { bindAddresses } from '../config/schema/bind-addresses.ts';
import { nodeAddresses } from '../config/schema/node-addresses.ts';
import { container, healthcheck } from './container.ts';
import type { TopologyContext } from './context.ts';
import { balancerNames } from './load-balancer.ts';
import { attach } from './networks.ts';
import { ports } from './ports.ts';
import type { Service } from './topology.ts';

const loopback = '127.0.0.1';

/** Publishes the ports on the host and forwards them in the kernel to the virtual address. */
export function edge(context: TopologyContext): Service {
  const { config } = context;
  const name = 'edge';
  const { vip } = config.network;
  const { edge: address } = nodeAddresses(config.network);
  // A redirect has to name the port that the client can reach, and only here is it known who came by a published one.
  const web = config.ports.https === ports.https ? ports.http : ports.webPublished;
  const forwards = [
    { port: ports.http, target: web },
    { port: ports.https, target: ports.https },
    { port: ports.dashboard, target: ports.dashboard },
  ];
  const publish = (hostIp: string, hostPort: number, containerPort: number) =>
    ({ hostIp, hostPort, containerPort, protocol: 'tcp' }) as const;
  return {
    name,
    component: 'edge',
    layer: 'edge',
    // Whatever the number of nodes: one more or fewer must not replace what publishes the ports.
    dependsOn: balancerNames(config).slice(0, 2),
    files: [{ path: 'edge.nft', text: render(context.templates, 'edge/edge.nft.eta', { address, vip, forwards }), mode: 0o644 }],
    container: container(context, name, {
      image: context.images.edge,
      env: { VIP: vip },
      networks: [attach(config.project, 'public', [name], address)],
      ports: [
        ...bindAddresses(config.ports).flatMap((address) => [
          publish(address, config.ports.http, ports.http),
          publish(address, config.ports.https, ports.https),
        ]),
        publish(loopback, config.ports.dashboard, ports.dashboard),
      ],
      capAdd: ['NET_ADMIN'],
      sysctls: {
        'net.ipv4.ip_forward': '1',
        // All connections end at one address and port, so that a source port is free again only after this many seconds:
        // at the default of 120 there could be no more than some 500 new ones a second.
        'net.netfilter.nf_conntrack_tcp_timeout_time_wait': '10',
        // The new holder of the address resets the connections of the old one; that reset has to come through.
        'net.netfilter.nf_conntrack_tcp_be_liberal': '1',
      },
      healthcheck: healthcheck(['/usr/local/lib/haplat/health']),
      // Process 1 sleeps and has nothing to finish.
      stopSignal: 'SIGKILL',
      stopGraceMs: 1000,
      // Of checks that ran out of time: process 1, which sleeps, would leave them there until there is room for no other.
      init: true,
      pidsLimit: 32,
    }),
  };
}
