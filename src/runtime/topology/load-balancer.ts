import { plain, render } from '../render/render.ts';
import type { Config } from '../config/schema/config.ts';
import { parseCidr } from '../config/schema/ipv4.ts';
import { nodeAddresses, type NodeAddresses } from '../config/schema/node-addresses.ts';
import { container, filesMountPath, healthcheck, healthScript, ownerUser, reachPath, serviceNames, tmpfs, urgentCpuShares } from './container.ts';
import { clusterNodeNames } from './cluster/members.ts';
import { clusterNodes } from './cluster/nodes.ts';
import type { TopologyContext } from './context.ts';
import { engineProxyNames } from './engine-proxy.ts';
import { handoverEnvironment, handoverRules } from './handover.ts';
import { localVip } from './local-vip.ts';
import { fullName } from './names.ts';
import { attach } from './networks.ts';
import { noticeTheDead } from './notice-the-dead.ts';
import { ports } from './ports.ts';
import { tlsMounts, traefikEnvironment, traefikYml } from './traefik-config.ts';
import type { Service } from './topology.ts';

/** Never 255, which means the owner of the address. High ones make a short skew time, so a hand-over takes less. */
const priorities = [250, 245];
/**
 * With the HTTP check both nodes have the same priority. A backup takes the address only from a node of lower priority, and
 * the check lowers that of a node which reaches no replica: so the address moves for that reason alone. Of two that begin at
 * the same time the addresses decide (RFC 5798, 6.4.3).
 */
const equalPriority = 250;
const nodeCapabilities = ['NET_ADMIN', 'NET_RAW'];
/** To run a script as another user and to send signal 0 to Traefik, which is one. */
const scriptCapabilities = ['SETUID', 'SETGID', 'KILL'];

/** Two pods, of which `keepalived_N` has the namespaces and `traefik_N` joins them; or the nodes of a cluster. */
export function loadBalancers(context: TopologyContext): Service[] {
  if (context.config.loadBalancers.manager === 'pacemaker') return clusterNodes(context);
  const addresses = nodeAddresses(context.config.network);
  return addresses.keepalived.flatMap((_, index) => [keepalived(context, addresses, index), traefik(context, index + 1)]);
}

function keepalived(context: TopologyContext, addresses: NodeAddresses, index: number): Service {
  const { project, vrrp } = context.config;
  const number = index + 1;
  const name = `keepalived_${number}`;
  const aliases = [name, `traefik_${number}`];
  const address = addresses.keepalived[index];
  const local = localVip(context.config.network.vip);
  return {
    name,
    component: 'keepalived',
    layer: 'load-balancer',
    dependsOn: [],
    files: [
      { path: 'keepalived.conf', text: keepalivedConf(context, addresses, index), mode: 0o644 },
      handoverRules(context, peersOf(addresses, index)),
      noticeTheDead(context),
    ],
    container: container(context, name, {
      image: context.images.keepalived,
      env: {
        ...local.env,
        ...handoverEnvironment,
        PEERS: peersOf(addresses, index).join(' '),
        PUBLIC_ADDRESS: address ?? '',
        CHECK_MODE: vrrp.checkMode,
        CHECK_INTERVAL_MS: String(vrrp.checkIntervalMs),
        CHECK_TIMEOUT_MS: String(vrrp.checkTimeoutMs),
        CHECK_FAILURES: String(vrrp.checkFailures),
        CHECK_RISES: String(vrrp.checkRises),
      },
      labels: local.labels,
      networks: [attach(project, 'public', aliases, address), attach(project, 'app', aliases), attach(project, 'control', aliases)],
      mounts: [tmpfs('/run', 1)],
      capAdd: vrrp.checkMode === 'http' ? nodeCapabilities : [...nodeCapabilities, ...scriptCapabilities],
      // Traefik has no capabilities and binds 80 and 443 in this namespace. Engines set it by default; say so anyway.
      sysctls: { ...local.sysctls, 'net.ipv4.ip_unprivileged_port_start': '0' },
      healthcheck: healthcheck(['/usr/local/lib/haplat/health', reachPath]),
      stopGraceMs: 5000,
      cpuShares: urgentCpuShares,
    }),
  };
}

function keepalivedConf(context: TopologyContext, addresses: NodeAddresses, index: number): string {
  const { vrrp } = context.config;
  const seconds = (ms: number) => String(ms / 1000);
  return render(context.templates, 'keepalived/keepalived.conf.eta', {
    node: `keepalived_${index + 1}`,
    version: vrrp.version,
    virtualRouterId: vrrp.virtualRouterId,
    priority: vrrp.checkMode === 'http' ? equalPriority : priorities[index],
    // Version 3 has centiseconds on the wire, version 2 whole seconds.
    advertInterval: vrrp.version === 3 ? seconds(rounded(vrrp.advertIntervalMs, 10)) : seconds(rounded(vrrp.advertIntervalMs, 1000)),
    downTimerAdverts: vrrp.downTimerAdverts,
    address: addresses.keepalived[index],
    peers: peersOf(addresses, index),
    vip: context.config.network.vip,
    prefix: parseCidr(context.config.network.subnet).prefix,
    checkMode: vrrp.checkMode,
    checkInterval: seconds(vrrp.checkIntervalMs),
    checkTimeout: seconds(vrrp.checkTimeoutMs),
    checkFailures: vrrp.checkFailures,
    checkRises: vrrp.checkRises,
    stateFile: '/run/traefik.state',
    reachFile: reachPath,
    fifo: '/run/vrrp.fifo',
  });
}

function peersOf({ keepalived }: NodeAddresses, index: number): string[] {
  return keepalived.filter((_, other) => other !== index);
}

function rounded(ms: number, step: number): number {
  return Math.max(1, Math.round(ms / step)) * step;
}

function traefik(context: TopologyContext, number: number): Service {
  const name = `traefik_${number}`;
  const owner = `keepalived_${number}`;
  return {
    name,
    component: 'traefik',
    layer: 'load-balancer',
    dependsOn: [owner, ...engineProxyNames()],
    podOwner: owner,
    files: [
      { path: 'traefik.yml', text: traefikYml(context), mode: 0o644 },
      { path: 'health', text: plain(context.templates, 'traefik/health'), mode: 0o755 },
      { path: 'haplat-health', text: plain(context.templates, healthScript), mode: 0o755 },
    ],
    container: container(context, name, {
      image: context.config.loadBalancers.image,
      command: [`--configFile=${filesMountPath}/traefik.yml`],
      env: traefikEnvironment,
      user: ownerUser(context),
      joins: fullName(context.config.project, owner),
      mounts: [
        ...tlsMounts(context),
        tmpfs('/tmp', 16, 0o1777),
      ],
      healthcheck: healthcheck(['sh', `${filesMountPath}/health`, String(ports.ping)]),
      // The Engine would start it before its owner, fail, and not try again: the guardian does it in the right order.
      restart: 'no',
      stopGraceMs: 5000,
      pidsLimit: 512,
    }),
  };
}

/** Names of the services that serve: the pods' members, or the cluster's nodes. */
export function balancerNames(config: Config): string[] {
  return config.loadBalancers.manager === 'pacemaker' ? clusterNodeNames(config) : serviceNames('traefik', priorities.length);
}

/** By which names each Traefik is known on the networks. */
export function traefikNames(config: Config): string[] {
  return serviceNames('traefik', balancerNames(config).length);
}
