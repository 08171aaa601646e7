/** Components of which there may be any number of replicas. */
export const scalable = ['app', 'worker'] as const;
export type Scalable = (typeof scalable)[number];
