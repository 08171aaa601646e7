import * as z from 'zod';
import type { CertificateAndKey } from '../../certs/authority.ts';
import { OperationError } from '../../errors.ts';
import type { Engine } from '../../engine/port.ts';
import { shortName } from '../../topology/names.ts';
import type { EngineWatch } from '../watch/engine-watch.ts';
import { drillLimits } from '../limits.ts';

const targets = z.array(z.string().min(1)).min(1);
const within = ({ least, most }: { readonly least: number; readonly most: number }) => z.int().min(least).max(most);

/** What is broken on purpose. Targets are as the user says them (see target/resolve.ts). */
export const faultSchema = z.discriminatedUnion('kind', [
  /** SIGKILL to process 1. */
  z.strictObject({ kind: z.literal('kill'), targets }),
  /** A graceful stop. */
  z.strictObject({ kind: z.literal('stop'), targets }),
  z.strictObject({ kind: z.literal('restart'), targets }),
  /** Frozen, still holding its addresses. */
  z.strictObject({ kind: z.literal('pause'), targets }),
  /** Cut from its networks by packet filters in its own namespace; with `from`, only towards those services. */
  z.strictObject({ kind: z.literal('partition'), targets, from: z.array(z.string().min(1)).default([]) }),
  /** Cut from the other load-balancer nodes' signs of life (Corosync's or VRRP's), and from nothing else. */
  z.strictObject({ kind: z.literal('cut-heartbeat'), targets }),
  /** Planned: nodes of a cluster are put on standby. */
  z.strictObject({ kind: z.literal('standby'), targets }),
  /** Each packet, in and out, is dropped with this probability. */
  z.strictObject({ kind: z.literal('loss'), targets, percent: within(drillLimits.percent) }),
  /** Each packet that goes out is held back. */
  z.strictObject({ kind: z.literal('latency'), targets, ms: within(drillLimits.latencyMs) }),
  /** A rolling update: every replica of these components is replaced, one after the other. */
  z.strictObject({ kind: z.literal('renew'), targets }),
  /** A file of this size at most in the container's writable space. */
  z.strictObject({ kind: z.literal('fill-disk'), targets, mebibytes: within(drillLimits.mebibytes).default(64) }),
  /** The load balancers serve a certificate that has run out. */
  z.strictObject({ kind: z.literal('expire-cert'), targets: targets.default(['all:traefik']) }),
]);
export type Fault = z.infer<typeof faultSchema>;
export type FaultKind = Fault['kind'];

const victimSchema = z.object({
  service: z.string(),
  component: z.string(),
  container: z.string(),
  /** A process in the container, where not the container itself is the victim. */
  process: z.enum(['traefik']).optional(),
  /** The container whose network namespace it is in: its own or its pod owner's. */
  namespaceOf: z.string(),
});
export type Victim = z.infer<typeof victimSchema>;

/** One injection, as the journal keeps it: all that healing needs to know. */
export const faultJobSchema = z.object({
  id: z.string().regex(/^[a-z0-9-]+$/),
  project: z.string(),
  fault: faultSchema,
  victims: z.array(victimSchema),
  /** Addresses of the services in `from`. */
  fromAddresses: z.array(z.ipv4()),
  /** Images that have the tool, for a short-lived container in the victim's network namespace. */
  tools: z.object({ nft: z.string().optional(), tc: z.string().optional() }),
  /** The folder on the host that Traefik follows: a change in it makes it read its certificates again. */
  tlsDirectory: z.string().optional(),
  /** SHA-256 of the certificate that `expire-cert` serves. */
  expiredFingerprint: z.string().optional(),
});
export type FaultJob = z.infer<typeof faultJobSchema>;

/** The job's fault, for who carries out this kind of them. Throws Error for another kind: that is a defect. */
export function faultOf<Kind extends FaultKind>({ fault }: Pick<FaultJob, 'fault'>, kind: Kind): Extract<Fault, { readonly kind: Kind }> {
  if (!isOfKind(fault, kind)) throw new Error(`a ${fault.kind} was given to who carries out ${kind}`);
  return fault;
}

function isOfKind<Kind extends FaultKind>(fault: Fault, kind: Kind): fault is Extract<Fault, { readonly kind: Kind }> {
  return fault.kind === kind;
}

/** The service whose container a victim is, or is in. */
export function containerService({ service, process, container }: Victim, project: string): string {
  return process === undefined ? service : shortName(project, container);
}

export interface Injection {
  /** When the fault took effect, on the Engine's clock. */
  readonly injectedAtMs: number;
}

/** Why a fault did not take effect: the drill is inconclusive then. */
export interface NoEffect {
  readonly noEffect: string;
}

export interface InjectionSurroundings {
  readonly engine: Engine;
  readonly events: EngineWatch;
  readonly signal: AbortSignal;
  /** For `expire-cert`: what is to be served. */
  readonly expired?: CertificateAndKey | undefined;
  /** For `renew`: replaces the replicas of these components, one after the other. */
  readonly renew: (components: readonly string[]) => Promise<void>;
}

/** A fault can't be undone as long as its victim does not run: it outlives it. */
export class VictimDownError extends OperationError {
  override readonly name = 'VictimDownError';
}

/** A fault is still in place: whatever comes next would be measured with it. */
export class NotUndoneError extends OperationError {
  override readonly name = 'NotUndoneError';
}

/** One kind of fault. It only injects and heals: what that did to clients is for the judge. */
export interface FaultDriver {
  /** Whether it stays until it is healed, under a lease; else it is over at once, and the guardian starts what it ended. */
  readonly lasts: boolean;
  /** The services whose restart undoes it as well: that is what the guardian does when the lease runs out. */
  restartHeals(job: FaultJob): readonly string[];
  inject(job: FaultJob, surroundings: InjectionSurroundings): Promise<Injection | NoEffect>;
  /** Undoes it, whether or not (or how often) it was injected. Returns when, on the Engine's clock, if there was something to undo and that was seen. */
  heal(job: FaultJob, engine: Engine): Promise<number | undefined>;
}
