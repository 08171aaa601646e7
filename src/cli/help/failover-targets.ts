/** What follows the help of `failover`. */
export const failoverTargets = `
A target is a name (traefik_1), a component (traefik: one of them at random; all:traefik: all), a role (vip-holder,
vip-standby, dc) or a whole node (node:1). Exit codes: 0 passed, 3 missed an objective, 4 inconclusive.`;
