import type { ConfigProblem } from './config-problem.ts';
import type { Config } from './config.ts';
import { contains, isNetworkOrBroadcast, parseCidr } from './ipv4.ts';
import { clusterAddresses, clusterSize, nodeAddresses } from './node-addresses.ts';

/** Keys that only a cluster has. */
const clusterKeys = ['addresses', 'authkeyFile'] as const;

/** What is wrong with who runs the load balancers, and on which nodes. Expects a subnet and an address that are right. */
export function checkLoadBalancers(config: Config): ConfigProblem[] {
  return config.loadBalancers.manager === 'pacemaker' ? checkCluster(config) : checkKeepalived(config);
}

function checkKeepalived({ loadBalancers }: Config): ConfigProblem[] {
  const { nodes } = loadBalancers;
  const remedy = 'remove it, or set loadBalancers.manager to pacemaker';
  const foreign = [...clusterKeys.filter((key) => loadBalancers[key] !== undefined), ...(loadBalancers.quorumNode ? ['quorumNode'] : [])];
  return [
    ...(nodes === undefined || nodes === 2 ? [] : [problem('nodes', `Keepalived runs two load balancers, not ${nodes}`, remedy)]),
    ...foreign.map((key) => problem(key, 'is a key of the cluster, and the manager is keepalived', remedy)),
  ];
}

function checkCluster(config: Config): ConfigProblem[] {
  const { nodes, quorumNode, fencing } = config.loadBalancers;
  const votes = clusterSize(config.loadBalancers);
  if (nodes !== undefined && nodes < 2) return [problem('nodes', `${nodes} is fewer than two nodes: nothing could take over`, 'use 3')];
  if (votes === 2 && !fencing) {
    return [problem('fencing', 'two nodes without fencing both take the address when they lose sight of each other', 'leave it on, use 3 nodes, or add a quorumNode')];
  }
  if (votes > 2 && votes % 2 === 0) {
    const remedy = quorumNode ? 'set quorumNode to false' : 'add a tie-breaker (quorumNode: true), or use an odd number of nodes';
    return [problem('nodes', `${votes} votes are an even number: half of them decide nothing`, remedy)];
  }
  return checkAddresses(config, votes);
}

function checkAddresses(config: Config, votes: number): ConfigProblem[] {
  const { network, loadBalancers } = config;
  const { subnet, vip } = network;
  const given = loadBalancers.addresses;
  if (given !== undefined && given.length !== votes) {
    return [problem('addresses', `there are ${given.length} addresses for ${votes} nodes`, 'give each node one, the quorum node last, or remove the key')];
  }
  // The further nodes of a cluster need more room than the smallest subnet has.
  if (given === undefined && parseCidr(subnet).size / 2 < smallestHalf(votes)) {
    return [{ path: ['network', 'subnet'], message: `${subnet} is too small for ${votes} cluster nodes`, remedy: 'use a /27 or larger' }];
  }
  const { gateway, edge, netdata, dynamicRange } = nodeAddresses(network);
  const others = { 'the gateway': gateway, 'network.vip': vip, edge, netdata };
  return clusterAddresses(config).flatMap((address, index, all) => {
    const path = given === undefined ? ['network', 'vip'] : ['loadBalancers', 'addresses', index];
    const wrong = (message: string) => [{ path, message, remedy: `use a free address of ${subnet} outside ${dynamicRange}, or remove loadBalancers.addresses` }];
    if (!contains(subnet, address)) return wrong(`${address} is outside network.subnet ${subnet}`);
    if (isNetworkOrBroadcast(subnet, address)) return wrong(`${address} is the network or broadcast address of network.subnet ${subnet}`);
    if (contains(dynamicRange, address)) return wrong(`${address} is in ${dynamicRange}, from which the Engine gives addresses to others`);
    if (given === undefined && address === vip) {
      return [{ path, message: `${address} is the address that lb_${index + 1} gets`, remedy: `use another of ${subnet} outside ${dynamicRange}, or name the nodes' own in loadBalancers.addresses` }];
    }
    const taken = Object.entries(others).find(([, other]) => other === address);
    if (taken !== undefined) return wrong(`${address} is ${taken[0] === 'network.vip' ? 'network.vip' : `the address of ${taken[0]}`}`);
    return all.indexOf(address) < index ? wrong(`${address} is another node's already`) : [];
  });
}

/** Two nodes fit wherever Keepalived's do. */
function smallestHalf(votes: number): number {
  return votes === 2 ? 8 : 16;
}

function problem(key: string, message: string, remedy: string): ConfigProblem {
  return { path: ['loadBalancers', key], message, remedy };
}
