/** Who can run the load balancers. */
export const managers = ['keepalived', 'pacemaker'] as const;
export type Manager = (typeof managers)[number];
