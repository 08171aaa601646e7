import type { ObservedContainer, ObservedNetwork, ObservedVolume } from '../engine/port.ts';

/** What the Engine has of a project. */
export interface Resources {
  readonly containers: readonly ObservedContainer[];
  readonly networks: readonly ObservedNetwork[];
  readonly volumes: readonly ObservedVolume[];
}

/** The same, with all else that a plan of `up` needs to know. */
export interface ObservedState extends Resources {
  /** Image reference → id, for those of the topology that the Engine has. */
  readonly imageIds: Readonly<Record<string, string>>;
  /** Services of which a rendered file is not in the state directory; their containers could not be started again. */
  readonly withoutFiles: ReadonlySet<string>;
  /** Services that run, and at whose published ports nobody answers. */
  readonly unpublished: ReadonlySet<string>;
  /** Load balancers that present another certificate than the one in use, and don't take it. */
  readonly withAnotherCertificate: ReadonlySet<string>;
  /** Load balancers that have not heard of a healthy replica, and which. */
  readonly unaware: ReadonlyMap<string, string>;
  /** The service that has the virtual address: a node, where one has it. */
  readonly vipHolder?: string;
  /** Hash of the configuration that the cluster has; undefined when there is none, or it does not answer. */
  readonly clusterHash?: string;
}
