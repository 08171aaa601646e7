import type { CertificateInfo } from '../certs/describe-certificate.ts';
import type { ClusterState } from '../cluster/state.ts';
import type { ContainerState, HealthState } from '../engine/port.ts';
import type { Incident } from '../guardian/incidents.ts';
import type { Component, Service } from '../topology/topology.ts';
import type { Endpoints } from './endpoints.ts';

/** `haplat status --json`; the schema is a promise (additions only). */
export interface StatusReport {
  readonly schema: 'haplat.status/1';
  readonly project: string;
  readonly healthy: boolean;
  /** Why it is not, one line each. */
  readonly problems: readonly string[];
  /** What is so on purpose, and a risk all the same; what was healed, and may come again. */
  readonly warnings: readonly string[];
  readonly vip: { readonly address: string; readonly holders: readonly string[] };
  readonly services: readonly ServiceStatus[];
  readonly redundancy: readonly LayerStatus[];
  readonly certificates: readonly CertificateStatus[];
  readonly endpoints: Endpoints;
  /** Where a cluster runs the load balancers and answers. */
  readonly cluster?: ClusterState;
}

export interface ServiceStatus {
  readonly name: string;
  readonly component: Component;
  readonly state: ContainerState | 'missing';
  readonly health: HealthState;
  /** False where it is healthy and says that it can't do its work, because something else is missing: see `note`. */
  readonly ready: boolean;
  /** `active` and `standby` for load balancers, `MASTER` and `BACKUP` for VRRP, else empty. */
  readonly role: string;
  readonly image: string;
  readonly address: string;
  readonly startedAt: string | null;
  /** What the guardian says of it (that it is backed off, for instance), or what it lacks. */
  readonly note: string | null;
  /** What happened to it within a day without anybody having asked for it, as far as the guardians remember; oldest first. */
  readonly incidents: readonly Incident[];
}

export interface LayerStatus {
  readonly layer: Service['layer'];
  readonly nodes: number;
  readonly healthy: number;
  readonly survivesLossOfOne: boolean;
}

export type CertificateStatus = Pick<CertificateInfo, 'file' | 'subject' | 'notBefore' | 'notAfter' | 'daysLeft'>;
