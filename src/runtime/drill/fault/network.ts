import { messageOf, OperationError } from '../../errors.ts';
import type { Engine } from '../../engine/port.ts';
import { fullName, shortName } from '../../topology/names.ts';
import type { Component } from '../../topology/topology.ts';
import { faultOf, type FaultDriver, type FaultJob, type Injection, type NoEffect } from './fault.ts';
import { allDone } from './all-done.ts';
import { arpFilter, arpFilterWithoutEgress, devicesMark, heartbeatFilter, packetFilter, tables, type PacketFilter } from './packet-filter.ts';
import { runningVictims } from './running-victims.ts';
import { printedTimeMs } from './script-output.ts';
import { runSidecar } from './sidecar.ts';

const now = 'printf "%s\\n" "$EPOCHREALTIME"';
const devices = 'd=$(cd /sys/class/net; printf "%s\\n" * | grep -vx lo | paste -sd,)';
/** The time of what is injected is taken before: the consequences must not come first. */
const before = 'now=$EPOCHREALTIME';
const then = 'printf "%s\\n" "$now"';
/** `$0` the rules, `$1` those for ARP, `$2` those for ARP where the kernel is older. */
const filterIn = `set -e; ${devices}; ${before}; nft -f - <<< "$0"; nft -f - <<< "\${1//${devicesMark}/$d}" 2>/dev/null || nft -f - <<< "$2"; ${then}`;
const heartbeatIn = `set -e; ${before}; nft -f - <<< "$0"; ${then}`;
const filterOut = [...tables.map((table) => `if nft list table ${table} >/dev/null 2>&1; then nft delete table ${table}; fi`), now].join('; ');
const interfaces = 'for path in /sys/class/net/*; do i=${path##*/}; [[ $i == lo ]] && continue';
const delayIn = `set -e; ${before}; ${interfaces}; tc qdisc add dev "$i" root netem delay "$0ms"; done; ${then}`;
/** Not there on a kernel without it, nor where the injection was cut short. */
const delayOut = `set -e; ${interfaces}; if [[ $(tc qdisc show dev "$i") == *netem* ]]; then tc qdisc del dev "$i" root; fi; done; ${now}`;

/** What is run in a namespace, from an image that has its tool. */
interface Work {
  readonly tool: 'nft' | 'tc';
  /** For bash. Prints when it was done. */
  readonly script: string;
  /** `$0`, `$1`, … of the script. */
  readonly args?: readonly string[];
}

const unfilter: Work = { tool: 'nft', script: filterOut };

/** Packets dropped by rules in the victims' own namespaces. Their addresses stay, so that a split brain shows. */
function filtering(filterOf: (job: FaultJob) => PacketFilter): FaultDriver {
  return {
    lasts: true,
    restartHeals: namespaceOwners,
    inject: async (job, { engine }) => {
      const filter = filterOf(job);
      return inject(engine, job, { tool: 'nft', script: filterIn, args: [packetFilter(filter), arpFilter(filter), arpFilterWithoutEgress(filter)] });
    },
    heal: (job, engine) => heal(engine, job, unfilter),
  };
}

export const partitionFault = filtering((job) => ({ from: job.fromAddresses, percent: 100 }));
export const lossFault = filtering((job) => ({ from: [], percent: faultOf(job, 'loss').percent }));

/** Who lives in the network namespace of a node that tells others of itself. */
const hasHeartbeat: ReadonlySet<string> = new Set(['keepalived', 'traefik', 'lb', 'quorum'] satisfies Component[]);

/** A split brain and nothing else: clients, and whoever fences, still reach the node. */
export const cutHeartbeatFault: FaultDriver = {
  lasts: true,
  restartHeals: namespaceOwners,
  inject: async (job, { engine }) => {
    const stranger = job.victims.find(({ component }) => !hasHeartbeat.has(component));
    if (stranger !== undefined) return { noEffect: `${stranger.service} gives no signs of life to load-balancer nodes` };
    return inject(engine, job, { tool: 'nft', script: heartbeatIn, args: [heartbeatFilter()] });
  },
  heal: (job, engine) => heal(engine, job, unfilter),
};

/** The kernel's netem holds packets back; where the kernel has none, the fault takes no effect. */
export const latencyFault: FaultDriver = {
  lasts: true,
  restartHeals: namespaceOwners,
  inject: async (job, { engine }) => inject(engine, job, { tool: 'tc', script: delayIn, args: [String(faultOf(job, 'latency').ms)] }),
  heal: (job, engine) => heal(engine, job, { tool: 'tc', script: delayOut }),
};

async function inject(engine: Engine, job: FaultJob, work: Work): Promise<Injection | NoEffect> {
  try {
    return { injectedAtMs: Math.min(...(await inEachNamespace(engine, job, 'in', work))) };
  } catch (error) {
    const reason = messageOf(error);
    const isMissing = work.tool === 'tc' && /specified qdisc|unknown qdisc|not found|No such file/i.test(reason);
    return { noEffect: isMissing ? `the kernel has no netem (${reason})` : reason };
  }
}

async function heal(engine: Engine, job: FaultJob, work: Work): Promise<number | undefined> {
  // The rules of a namespace that is gone are gone with it.
  const victims = await runningVictims(engine, job.victims, ({ namespaceOf }) => namespaceOf);
  if (victims.length === 0) return undefined;
  return Math.max(...(await inEachNamespace(engine, { ...job, victims }, 'out', work)));
}

/** Runs a script once in each namespace; returns when each was done. `direction` keeps the containers of both apart. */
async function inEachNamespace(engine: Engine, job: FaultJob, direction: 'in' | 'out', { tool, script, args = [] }: Work): Promise<number[]> {
  const image = job.tools[tool];
  if (image === undefined) throw new OperationError(`no image of this platform has ${tool}`);
  const namespaces = [...new Set(job.victims.map(({ namespaceOf }) => namespaceOf))];
  return allDone(
    namespaces.map(async (namespaceOf, index) => {
      const name = fullName(job.project, `drill-${job.id}-${direction}-${index}`);
      return printedTimeMs(await runSidecar(engine, { project: job.project, name, image, namespaceOf, script, args }));
    }),
  );
}

/** What is in a namespace goes with it, and that lives as long as its owner. */
function namespaceOwners({ victims, project }: FaultJob): string[] {
  return [...new Set(victims.map(({ namespaceOf }) => shortName(project, namespaceOf)))];
}
