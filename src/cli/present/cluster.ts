import type { ClusterState } from '../../runtime/cluster/state.ts';

const shownFencings = 5;

/** The cluster in a few lines: quorum, who decides, where each resource runs, who was fenced. */
export function clusterLines({ quorate, votes, dc, members, resources, failures, fencing }: ClusterState): string[] {
  const rows: [string, string][] = [
    ['cluster', `${quorate ? 'quorate' : 'NO QUORUM'}, ${votes.total} of ${votes.expected} votes (${votes.quorum} are needed), DC ${dc ?? 'none'}`],
    ['members', members.map((member) => `${member.name} ${stateOf(member)}`).join(', ')],
    ...resources.map(({ id, agent, nodes }): [string, string] => [id, `${nodes.length === 0 ? 'stopped' : `on ${nodes.join(', ')}`}  (${agent})`]),
    ['failed', failures.length === 0 ? 'none' : failures.map(({ operation, node }) => `${operation} on ${node}`).join(', ')],
    ['fencing', fencing.enabled ? 'on' : 'OFF'],
    ...fencing.history.slice(0, shownFencings).map((event): [string, string] => ['', `${event.at ?? ''} ${event.action} of ${event.target} by ${event.by ?? 'nobody yet'}: ${event.status}`]),
  ];
  return rows.map(([name, value]) => `${name.padEnd(10)} ${value}`);
}

function stateOf({ online, standby, unclean, pending }: ClusterState['members'][number]): string {
  if (unclean) return 'unclean';
  if (pending) return 'pending';
  if (!online) return 'offline';
  return standby ? 'standby' : 'online';
}
