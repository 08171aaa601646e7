import type { ContainerSpec, NetworkSpec, VolumeSpec } from '../engine/container-spec.ts';
import type { Balancer } from '../topology/balancers.ts';
import type { ClusterConfiguration } from '../topology/cluster/cib.ts';
import type { DataVersion, ImageSpec, Service } from '../topology/topology.ts';

/** One step of a plan: one call of the Engine (or one wait, or one folder written), and why. */
export type Operation = {
  /** Unique in its plan, and readable: `start traefik_1`. */
  readonly id: string;
  /** The service, network, volume or image that it is about, as a person says it. */
  readonly subject: string;
  /** Why it is to be done: `is missing`, `config hash changed: image`. */
  readonly cause: string;
  /** Ids of the operations that must have succeeded before. */
  readonly after: readonly string[];
} & Effect;

type Effect =
  | { readonly kind: 'ensure-image'; readonly image: ImageSpec }
  | { readonly kind: 'check-data'; readonly container: string; readonly data: DataVersion; readonly image: string }
  | { readonly kind: 'ready-data'; readonly container: string; readonly command: readonly string[] }
  | { readonly kind: 'create-network'; readonly network: NetworkSpec }
  | { readonly kind: 'remove-network'; readonly name: string }
  | { readonly kind: 'create-volume'; readonly volume: VolumeSpec }
  | { readonly kind: 'remove-volume'; readonly name: string }
  | { readonly kind: 'write-files' | 'write-secrets'; readonly service: Service }
  | { readonly kind: 'create-container'; readonly container: ContainerSpec }
  | {
      readonly kind: 'connect-network';
      readonly container: string;
      readonly network: string;
      readonly ipv4?: string;
      readonly aliases: readonly string[];
    }
  | { readonly kind: 'start-container'; readonly container: string }
  | { readonly kind: 'unpause-container'; readonly container: string }
  | { readonly kind: 'await-healthy'; readonly container: ContainerSpec }
  | { readonly kind: 'await-candidate'; readonly node: string }
  | { readonly kind: 'await-route'; readonly container: string; readonly balancers: readonly Balancer[] }
  | { readonly kind: 'reload-members'; readonly containers: readonly string[] }
  | { readonly kind: 'await-member'; readonly node: string; readonly serves: boolean; readonly nodes: readonly ClusterNode[] }
  | { readonly kind: 'apply-cib'; readonly configuration: ClusterConfiguration; readonly containers: readonly string[] }
  | { readonly kind: 'stop-container'; readonly container: string }
  | { readonly kind: 'remove-container'; readonly container: string };

/** A node of a cluster: its name there, and its container's. */
export interface ClusterNode {
  readonly name: string;
  readonly container: string;
}

export interface Plan {
  readonly project: string;
  /** In an order that respects `after`. */
  readonly operations: readonly Operation[];
}
