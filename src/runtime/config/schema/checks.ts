import { checkAccounts } from './check-accounts.ts';
import { checkLoadBalancers } from './check-load-balancers.ts';
import type { ConfigProblem } from './config-problem.ts';
import type { Config } from './config.ts';
import { addressAt, canonicalCidr, contains, isNetworkOrBroadcast, overlaps, parseCidr } from './ipv4.ts';
import { nodeAddresses } from './node-addresses.ts';

/** The smallest public subnet has room for the nodes, the edge, the probe, Netdata and the address. */
const longestPrefix = 28;
/** This host, loopback, link-local, multicast and reserved (RFC 6890). */
const notForNetworks = ['0.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '224.0.0.0/3'] as const;
/** The keys of `network` that are subnets. */
export const subnetKeys = ['subnet', 'appSubnet', 'dataSubnet', 'controlSubnet'] as const;

/** What is wrong with keys that are each well-formed. */
export function checkConfig(config: Config): ConfigProblem[] {
  const subnets = checkSubnets(config);
  return [...subnets, ...(subnets.length > 0 ? [] : checkAddresses(config)), ...checkPorts(config), ...checkCertificates(config), ...checkAccounts(config), ...checkVrrp(config)];
}

/** Addresses, where the subnets are right. */
function checkAddresses(config: Config): ConfigProblem[] {
  const vip = checkVip(config);
  return vip.length > 0 ? vip : checkLoadBalancers(config);
}

function checkSubnets({ network }: Config): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  for (const key of subnetKeys) {
    const cidr = network[key];
    if (canonicalCidr(cidr) !== cidr) {
      problems.push(problem(['network', key], `${cidr} has host bits set`, `write ${canonicalCidr(cidr)}`));
    } else if (parseCidr(cidr).prefix > longestPrefix) {
      problems.push(problem(['network', key], `${cidr} is too small`, `use a /${longestPrefix} or larger`));
    } else if (notForNetworks.some((other) => overlaps(cidr, other))) {
      problems.push(problem(['network', key], `${cidr} can't be a network of containers`, 'use a private one (RFC 1918), 172.20.0.0/16 for instance'));
    }
  }
  if (problems.length > 0) return problems;
  for (const [index, key] of subnetKeys.entries()) {
    const other = subnetKeys.slice(0, index).find((earlier) => overlaps(network[earlier], network[key]));
    if (other !== undefined) {
      problems.push(
        problem(['network', key], `${network[key]} overlaps network.${other} ${network[other]}`, 'give each network a subnet of its own'),
      );
    }
  }
  return problems;
}

function checkVip({ network, loadBalancers }: Config): ConfigProblem[] {
  const { vip, subnet } = network;
  const wrong = (message: string) => [
    problem(['network', 'vip'], message, `use a free address of it, ${addressAt(subnet, Math.min(100, parseCidr(subnet).size - 2))} for instance`),
  ];
  if (!contains(subnet, vip)) return wrong(`${vip} is outside network.subnet ${subnet}`);
  if (isNetworkOrBroadcast(subnet, vip)) return wrong(`${vip} is the network or broadcast address of network.subnet ${subnet}`);
  const { gateway, keepalived, edge, netdata } = nodeAddresses({ subnet, vip });
  const nodes = loadBalancers.manager === 'pacemaker' ? {} : { keepalived_1: keepalived[0], keepalived_2: keepalived[1] };
  const owners = { 'the gateway': gateway, ...nodes, edge, netdata };
  const taken = Object.entries(owners).find(([, address]) => address === vip);
  return taken === undefined ? [] : wrong(`${vip} is the address of ${taken[0]}`);
}

function checkPorts({ ports, netdata }: Config): ConfigProblem[] {
  const used = Object.entries({
    http: ports.http,
    https: ports.https,
    dashboard: ports.dashboard,
    ...(netdata.enabled && { netdata: ports.netdata }),
  });
  return used.flatMap(([key, value], index) => {
    const other = used.slice(0, index).find(([, earlier]) => earlier === value);
    return other === undefined ? [] : [problem(['ports', key], `${value} is ports.${other[0]} already`, 'give each a port of its own')];
  });
}

function checkCertificates({ certificates }: Config): ConfigProblem[] {
  const { certFile, keyFile } = certificates;
  if ((certFile === undefined) === (keyFile === undefined)) return [];
  const missing = certFile === undefined ? 'certFile' : 'keyFile';
  return [problem(['certificates', missing], 'is missing', 'give both certFile and keyFile, or neither to have haplat issue them')];
}

function checkVrrp({ vrrp }: Config): ConfigProblem[] {
  // RFC 3768, 5.3.7: version 2 counts the interval in whole seconds; RFC 5798, 5.2.7: version 3 in centiseconds.
  const unitMs = vrrp.version === 2 ? 1000 : 10;
  if (vrrp.advertIntervalMs % unitMs === 0) return [];
  return [
    problem(
      ['vrrp', 'advertIntervalMs'],
      `${vrrp.advertIntervalMs} is not a multiple of ${unitMs}, the unit of VRRP version ${vrrp.version}`,
      `use a multiple of ${unitMs}`,
    ),
  ];
}

function problem(path: readonly string[], message: string, remedy: string): ConfigProblem {
  return { path, message, remedy };
}
