import type { Config } from '../../config/schema/config.ts';
import type { Component } from '../../topology/topology.ts';
import { faultSchema } from '../fault/fault.ts';
import type { Fault } from '../fault/fault.ts';
import type { Objectives } from '../judge/judge-run.ts';
import type { Suite, SuiteDrill } from './suite.ts';

/** How long faults that last stay: long enough for every watch to notice, and to see that all goes on. */
const holdMs = 5000;
/** Single ones have an outage for as long as they take to start; this is what a restart may take. */
const singleRestartMs = 30_000;
/** What recovery may add to the time that a single one is held. */
const afterHoldMs = 10_000;

/**
 * What clients have of it: `active` takes their requests, and another takes over; `spare` stands by for it; `replica`
 * answers a part of them; `single` is needed for every answer; `aside` for none of them.
 */
type Part = 'active' | 'spare' | 'replica' | 'single' | 'aside';

const subjects: readonly (readonly [target: string, part: Part])[] = [
  ['vip-holder', 'active'],
  ['vip-standby', 'spare'],
  // One of the two has the address: which, is not known beforehand.
  ['node:1', 'active'],
  ['node:2', 'active'],
  ['app', 'replica'],
  ['worker', 'aside'],
  ['db', 'single'],
  // Reads and writes go on without the broker; jobs wait in the outbox.
  ['rabbitmq', 'aside'],
  // The probe asks the virtual address as others on the network do; the edge is for those who come from outside.
  ['edge', 'aside'],
  ['guardian', 'aside'],
  ['engine-proxy', 'aside'],
  ['netdata', 'aside'],
];

const faults = ['kill', 'stop', 'restart', 'pause', 'partition', 'loss', 'latency', 'fill-disk'] as const;
type Kind = (typeof faults)[number];

/** Of these there is only one: what is broken of it is broken for a time. */
const single: readonly string[] = ['db', 'rabbitmq', 'edge', 'netdata'] satisfies Component[];

/** These can write nowhere: there is nothing to be filled. */
const readOnly: ReadonlySet<string> = new Set(['edge', 'engine-proxy'] satisfies Component[]);

/** No request fails, and none waits for longer than the goal of failover allows where nobody should notice. */
const unnoticed: Objectives = { maxFailedRequests: 0, maxDowntimeMs: 50 };
const within = (maxDowntimeMs: number): Objectives => ({ maxDowntimeMs });

interface Shape {
  readonly app: Pick<Config['app'], 'replicas'>;
  readonly netdata: Pick<Config['netdata'], 'enabled'>;
  readonly loadBalancers: Pick<Config['loadBalancers'], 'manager' | 'fencing'>;
}

/** A node that is frozen whole keeps the address, beside whoever takes it over: nothing but fencing takes it away. */
function unfenced(drill: SuiteDrill): SuiteDrill {
  const isFrozenNode = drill.fault.kind === 'pause' && drill.fault.targets.some((target) => target.startsWith('node:'));
  return isFrozenNode ? { ...drill, objectives: { ...drill.objectives, maxSplitBrainMs: holdMs + afterHoldMs } } : drill;
}

/** The built-in suite: every fault on every component of a platform like this, with what is to be expected of each. */
export function matrixSuite({ app, netdata, loadBalancers }: Shape): Suite {
  const alone = new Set([...single, ...(app.replicas === 1 ? ['app'] : [])]);
  const present = subjects.filter(([target]) => target !== 'netdata' || netdata.enabled);
  const drills = present.flatMap(([target, part]) => {
    const own = part === 'replica' && alone.has(target) ? 'single' : part;
    return faults.filter((kind) => !(kind === 'fill-disk' && readOnly.has(target))).map((kind) => drillOf(kind, target, own, alone.has(target)));
  });
  const isFenced = loadBalancers.manager === 'pacemaker' && loadBalancers.fencing;
  return { name: 'matrix', objectives: { maxLostWrites: 0 }, drills: [...drills.map((drill) => (isFenced ? drill : unfenced(drill))), ...cutOff.map((drill) => cutOffOf(drill, alone)), expiredCertificate] };
}

/** Who lives and answers its check, and has lost what it needs, has to give way to one that has it. */
const cutOff: readonly CutOff[] = [
  // The address has to go where a replica is reached.
  ['vip-holder', 'app', 3000],
  // The other replica's answers come in between.
  ['app', 'db', 1000],
  ['worker', 'db', 50],
];
type CutOff = readonly [target: string, from: string, maxDowntimeMs: number];

function cutOffOf([target, from, maxDowntimeMs]: CutOff, alone: ReadonlySet<string>): SuiteDrill {
  const isAlone = alone.has(target);
  return {
    name: `partition ${target} from ${from}`,
    fault: faultSchema.parse({ kind: 'partition', targets: [target], from: [from] }),
    objectives: { maxDowntimeMs: isAlone ? holdMs + afterHoldMs : maxDowntimeMs, maxLostWrites: 0 },
    runs: 1,
    holdMs,
    acceptOutage: isAlone,
  };
}

/** Clients that verify are turned away for as long as it is served, and no longer. */
const expiredCertificate: SuiteDrill = {
  name: 'expire-cert',
  fault: faultSchema.parse({ kind: 'expire-cert' }),
  objectives: { maxDowntimeMs: holdMs + afterHoldMs, maxLostWrites: 0 },
  runs: 1,
  holdMs,
  acceptOutage: true,
};

function drillOf(kind: Kind, target: string, part: Part, acceptOutage: boolean): SuiteDrill {
  return {
    name: `${kind} ${target}`,
    fault: faultOf(kind, target),
    objectives: { ...expectations[part][kind], maxLostWrites: 0 },
    runs: 1,
    holdMs,
    acceptOutage,
  };
}

function faultOf(kind: Kind, target: string): Fault {
  const own = { loss: { percent: 20 }, latency: { ms: 50 } } as const;
  return faultSchema.parse({ kind, targets: [target], ...(kind === 'loss' || kind === 'latency' ? own[kind] : {}) });
}

/** The goals of failover for what is redundant, a restart's time for what is not. */
const expectations: Readonly<Record<Part, Readonly<Record<Kind, Objectives>>>> = {
  active: {
    kill: within(500), stop: within(300), restart: within(300), pause: within(1000), partition: within(1000),
    loss: within(1000), latency: within(1000), 'fill-disk': unnoticed,
  },
  spare: {
    kill: unnoticed, stop: unnoticed, restart: unnoticed, pause: unnoticed,
    // Alone it believes that it is in charge; when it is back, it is the one that gives way.
    partition: unnoticed, loss: unnoticed, latency: unnoticed, 'fill-disk': unnoticed,
  },
  replica: {
    kill: unnoticed, stop: unnoticed, restart: unnoticed,
    // Its share of the requests waits until it is found out; the other replica's do not.
    pause: within(1000), partition: within(1000), loss: within(1000), latency: unnoticed, 'fill-disk': unnoticed,
  },
  single: {
    kill: within(singleRestartMs), stop: within(singleRestartMs), restart: within(singleRestartMs),
    pause: within(holdMs + afterHoldMs), partition: within(holdMs + afterHoldMs),
    loss: within(2000), latency: within(1000), 'fill-disk': unnoticed,
  },
  aside: {
    kill: unnoticed, stop: unnoticed, restart: unnoticed, pause: unnoticed,
    partition: unnoticed, loss: unnoticed, latency: unnoticed, 'fill-disk': unnoticed,
  },
};
