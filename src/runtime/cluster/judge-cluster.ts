import { traefikResource, vipResource } from '../topology/cluster/cib.ts';
import { quorumName } from '../topology/cluster/members.ts';
import type { ClusterState } from './state.ts';

export interface ClusterJudgement {
  /** What is wrong, one line each. */
  readonly problems: readonly string[];
  /** What is so on purpose, and a risk all the same. */
  readonly warnings: readonly string[];
}

/** What is wrong with a cluster. Pure. `undefined`: no node answered. */
export function judgeCluster(state: ClusterState | undefined): ClusterJudgement {
  if (state === undefined) return { problems: ['no node of the cluster answers'], warnings: [] };
  const { members } = state;
  const standby = members.filter((member) => member.online && member.standby).map(({ name }) => name);
  return {
    problems: [
      ...(state.quorate ? [] : [`the cluster has no quorum: ${state.votes.total} of ${state.votes.expected} votes, ${state.votes.quorum} are needed`]),
      ...(state.dc === undefined ? ['the cluster has no coordinator (DC)'] : []),
      ...members.flatMap(({ name, online, unclean, pending }) => {
        if (unclean) return [`${name} is lost and not yet fenced`];
        if (pending) return [`${name} has not joined the cluster yet`];
        return online ? [] : [`${name} is no member of the cluster`];
      }),
      ...resourceProblems(state),
      ...state.failures.map(({ operation, node, reason }) => `failed action: ${operation} on ${node}${reason === '' ? '' : ` (${reason})`}`),
    ],
    warnings: [
      ...(state.fencing.enabled ? [] : ['fencing is off: a node that is lost may go on serving beside the one that takes over']),
      ...(state.votes.expected === 2 ? ['two nodes have no majority: who goes on, when they lose sight of each other, is who fences first (loadBalancers.quorumNode or a third node decides)'] : []),
      ...standby.map((name) => `${name} is on standby (haplat cluster online ${name})`),
    ],
  };
}

function resourceProblems({ members, resources }: ClusterState): string[] {
  const able = members.filter(({ name, online, standby, pending }) => name !== quorumName && online && !standby && !pending);
  const find = (id: string) => resources.find((resource) => resource.id === id);
  const idle = able.filter(({ name }) => find(traefikResource)?.nodes.includes(name) !== true).map(({ name }) => name);
  const holders = find(vipResource)?.nodes ?? [];
  return [
    ...idle.map((name) => `Traefik does not run on ${name}`),
    ...(holders.length === 1 ? [] : [holders.length === 0 ? 'the cluster runs the address nowhere' : `the cluster runs the address on ${holders.join(' and ')}`]),
    ...resources.filter(({ blocked }) => blocked).map(({ id }) => `the cluster can do nothing more about ${id} (haplat cluster cleanup)`),
  ];
}
