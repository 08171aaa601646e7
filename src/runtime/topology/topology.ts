import type { ContainerSpec, NetworkSpec, VolumeSpec } from '../engine/container-spec.ts';
import type { ClusterConfiguration } from './cluster/cib.ts';

/** What should exist. Pure data, made from the configuration alone. */
export interface Topology {
  readonly project: string;
  readonly networks: readonly NetworkSpec[];
  readonly volumes: readonly VolumeSpec[];
  readonly images: readonly ImageSpec[];
  readonly services: readonly Service[];
  /** Where a cluster runs the load balancers: how it is to be configured. */
  readonly cluster?: ClusterConfiguration;
}

export type Component =
  | 'keepalived' | 'traefik' | 'lb' | 'quorum' | 'edge' | 'app' | 'worker' | 'db' | 'rabbitmq' | 'netdata' | 'engine-proxy' | 'guardian';

/** One container and what it needs. */
export interface Service {
  /** As the user says it: `traefik_1`, `db`. */
  readonly name: string;
  readonly component: Component;
  /** For the redundancy report: replicas of the same layer cover for each other. */
  readonly layer: 'load-balancer' | 'edge' | 'application' | 'worker' | 'database' | 'broker' | 'monitoring' | 'control';
  readonly container: ContainerSpec;
  /** Service names: these must be healthy before this one is started. */
  readonly dependsOn: readonly string[];
  /** The service whose namespaces `container.joins` names. */
  readonly podOwner?: string;
  /** Where its data says which version wrote it: an image of another major version can't read that. */
  readonly data?: DataVersion;
  /** A command for the container that has the data, before one of another image takes it over. */
  readonly readying?: readonly string[];
  /** Written to the host before the container is created; its mounts show them to the container. */
  readonly files: readonly RenderedFile[];
}

export interface DataVersion {
  /** As a person says it. */
  readonly product: string;
  /** In the container; its text is the major version. */
  readonly file: string;
  /** The variable by which an image says its own. */
  readonly imageVariable: string;
  /** A role and a database that are made with the data, and only then. */
  readonly accounts?: { readonly user: string; readonly database: string };
}

/** A file under the service's folder in the state directory. */
export interface RenderedFile {
  /** Relative to `<state>/files/<service>/`, with forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly mode: number;
  /** The owner inside the container; applied when `up` runs as root. */
  readonly ownerUid?: number;
  /** Only a secret has one: it stands for the text where others can read. */
  readonly fingerprint?: string;
}

/** Where an image comes from when the Engine does not have it. */
export type ImageSpec =
  | { readonly kind: 'pull'; readonly reference: string }
  | { readonly kind: 'build'; readonly reference: string; readonly recipe: 'keepalived' | 'cluster' | 'edge' | 'runtime'; readonly baseImage: string };
