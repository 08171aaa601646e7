/** The labels by which haplat finds what it made. There is no state file: these are the state. */
export const labels = {
  project: 'io.haplat.project',
  service: 'io.haplat.service',
  component: 'io.haplat.component',
  configHash: 'io.haplat.config-hash',
  /** `image=1a2b,env=3c4d,…`: a hash for each part, so that a plan can say which part changed. */
  configParts: 'io.haplat.config-parts',
  /** The service whose namespaces this container joins. */
  podOwner: 'io.haplat.pod-owner',
  /** `a,b`: the services to be started before this one. */
  dependsOn: 'io.haplat.depends-on',
  /** Set on nodes that take packets for the virtual address also while another has it. */
  localVip: 'io.haplat.local-vip',
  /** Set on what a drill makes for itself (the probe), which `up` and the guardian leave alone. */
  drill: 'io.haplat.drill',
  /** Of an image that haplat built: from which recipe. */
  recipe: 'io.haplat.recipe',
} as const;
