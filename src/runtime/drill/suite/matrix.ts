import { faultSchema } from '../fault/fault.ts';
import type { Fault } from '../fault/fault.ts';
import type { Objectives } from '../judge/judge-run.ts';
import type { Suite, SuiteDrill } from './suite.ts';

/** Single ones have an outage for as long as they take to start; this is what a restart may take. */
const singleRestartMs = 30_000;

/** What is drilled, and whether clients keep being served without it. */
const subjects = [
  { target: 'vip-holder', served: true },
  { target: 'vip-standby', served: true },
  { target: 'node:1', served: true },
  { target: 'node:2', served: true },
  { target: 'app', served: true },
  { target: 'worker', served: true },
  { target: 'db', served: false },
  // Reads go on without the broker; jobs wait.
  { target: 'rabbitmq', served: true },
] as const;

const faults = ['kill', 'stop', 'restart', 'pause', 'partition', 'loss', 'latency', 'fill-disk'] as const;

/** The built-in suite: every fault on every component, with what is to be expected of each. */
export function matrixSuite(): Suite {
  const drills = subjects.flatMap((subject) => faults.map((kind) => drillOf(kind, subject)));
  return { name: 'matrix', objectives: { maxLostWrites: 0 }, drills: [...drills, expiredCertificate] };
}

/** Clients that verify are turned away for as long as it is served, and no longer. */
const expiredCertificate: SuiteDrill = {
  name: 'expire-cert',
  fault: faultSchema.parse({ kind: 'expire-cert' }),
  objectives: { maxDowntimeMs: 8000, maxLostWrites: 0 },
  runs: 1,
  holdMs: 5000,
  acceptOutage: true,
};

type Kind = (typeof faults)[number];

function drillOf(kind: Kind, { target, served }: (typeof subjects)[number]): SuiteDrill {
  const isOutage = !served && kind !== 'latency' && kind !== 'loss' && kind !== 'fill-disk';
  const isBroker = target === 'rabbitmq';
  return {
    name: `${kind} ${target}`,
    fault: faultOf(kind, target),
    objectives: expectation(kind, served),
    runs: 1,
    acceptOutage: isOutage || isBroker,
  };
}

function faultOf(kind: Kind, target: string): Fault {
  const own = { loss: { percent: 20 }, latency: { ms: 50 } } as const;
  return faultSchema.parse({ kind, targets: [target], ...(kind === 'loss' || kind === 'latency' ? own[kind] : {}) });
}

/** The goals of failover for what is redundant, a restart's time for what is not. */
function expectation(kind: Kind, served: boolean): Objectives {
  if (!served) return { maxDowntimeMs: singleRestartMs, maxLostWrites: 0 };
  const quick = { kill: 500, stop: 300, restart: 300, pause: 1000, partition: 1000, loss: 1000, latency: 1000, 'fill-disk': 50 } as const;
  return { maxDowntimeMs: quick[kind], maxLostWrites: 0 };
}
