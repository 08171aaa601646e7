/**
 * The ids of operations, as others name them in `after`. They are made here alone: an order that names nothing is left out
 * without a word, as it does where there is nothing to wait for.
 */
export const steps = {
  image: (reference: string) => `ensure image ${reference}`,
  checkData: (service: string) => `check data of ${service}`,
  readyData: (service: string) => `ready data of ${service}`,
  createNetwork: (name: string) => `create network ${name}`,
  removeNetwork: (name: string) => `remove network ${name}`,
  createVolume: (name: string) => `create volume ${name}`,
  removeVolume: (name: string) => `remove volume ${name}`,
  handSecrets: (service: string) => `hand secrets to ${service}`,
  write: (service: string) => `write ${service}`,
  create: (service: string) => `create ${service}`,
  connect: (service: string, network: string) => `connect ${service} to ${network}`,
  start: (service: string) => `start ${service}`,
  unpause: (service: string) => `unpause ${service}`,
  /** Its container is healthy. */
  healthy: (service: string) => `await ${service}`,
  /** It is at its work: balancers send requests to it, it may have the address, or it is a member of its cluster. */
  atWork: (service: string) => `route ${service}`,
  stop: (service: string) => `stop ${service}`,
  remove: (service: string) => `remove ${service}`,
  reloadMembers: () => 'tell the cluster of its nodes',
  applyCluster: () => 'apply cluster configuration',
} as const;
