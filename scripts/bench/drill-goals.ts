/** How long a fault that lasts is held: longer than any failover. */
export const holdMs = 5000;

/** A drill and what it must reach; what is undefined is only reported. */
export interface Row {
  readonly name: string;
  readonly kind: 'kill' | 'pause' | 'partition' | 'stop';
  /** `node`: whichever load-balancer node has the address. */
  readonly target: string;
  readonly p50Ms?: number;
  readonly maxMs?: number;
  readonly failed?: number;
  /** Nothing of a component is left. */
  readonly isOutage?: boolean;
  /** The address moves, and a node returns afterwards. */
  readonly isSwitch?: boolean;
  /** Nothing happens that clients could see. */
  readonly isNothing?: boolean;
}

export const rows: readonly Row[] = [
  { name: 'kill traefik_N holding the VIP', kind: 'kill', target: 'vip-holder', p50Ms: 200, maxMs: 400, isSwitch: true },
  { name: 'kill node:N holding the VIP', kind: 'kill', target: 'node', p50Ms: 250, maxMs: 500, isSwitch: true },
  { name: 'pause traefik_N holding the VIP', kind: 'pause', target: 'vip-holder', p50Ms: 500, maxMs: 1000, isSwitch: true },
  { name: 'partition the holder', kind: 'partition', target: 'node', p50Ms: 500, maxMs: 1000, isSwitch: true },
  { name: 'stop traefik_N holding the VIP', kind: 'stop', target: 'vip-holder', p50Ms: 100, maxMs: 300, isSwitch: true },
  { name: 'kill app_N', kind: 'kill', target: 'app', p50Ms: 0, maxMs: 50, failed: 0 },
  { name: 'kill worker_N', kind: 'kill', target: 'worker', p50Ms: 0, maxMs: 0, failed: 0 },
  // What a drill measures here when nothing happens that clients could see: the others can't be told apart from that.
  { name: 'pause netdata (nobody asks it)', kind: 'pause', target: 'netdata', isNothing: true },
  { name: 'kill rabbitmq', kind: 'kill', target: 'rabbitmq', isOutage: true },
  { name: 'kill db', kind: 'kill', target: 'db', isOutage: true },
];

/** Of the node that comes back after the address has moved. */
export const returning = { p50Ms: 0, maxMs: 50 };
