import type { ClusterState } from '../../../../src/runtime/cluster/state.ts';

const member = (name: string) => ({ name, online: true, standby: false, unclean: false, pending: false });

/** Three nodes with nothing wrong, and what a test changes. */
export function aState(changes: Partial<ClusterState> = {}): ClusterState {
  return {
    quorate: true,
    votes: { expected: 3, total: 3, quorum: 2 },
    dc: 'lb_1',
    members: ['lb_1', 'lb_2', 'lb_3'].map(member),
    resources: [
      { id: 'vip', agent: 'ocf:heartbeat:IPaddr2', nodes: ['lb_1'], failed: false, blocked: false },
      { id: 'traefik', agent: 'ocf:haplat:traefik', nodes: ['lb_1', 'lb_2', 'lb_3'], failed: false, blocked: false },
    ],
    failures: [],
    fencing: { enabled: true, history: [] },
    ...changes,
  };
}
