import { messageOf } from '../../errors.ts';
import type { Engine } from '../../engine/port.ts';
import { isMember } from '../../topology/cluster/members.ts';
import { fullName } from '../../topology/names.ts';
import { allDone } from './all-done.ts';
import { containerService, type FaultDriver, type FaultJob, type Injection, type NoEffect, type Victim } from './fault.ts';
import { runningVictims } from './running-victims.ts';
import { printedTimeMs, whyFailed } from './script-output.ts';

const execTimeoutMs = 15_000;
/** Until the node restarts: that undoes it as well. `haplat cluster standby` lasts beyond. */
const attribute = '--node "$0" --name standby --lifetime reboot';
/** The time is taken before: the consequences must not come first. */
const onScript = `now=$EPOCHREALTIME && crm_attribute ${attribute} --update on && printf '%s\\n' "$now"`;
const offScript = `crm_attribute ${attribute} --delete && printf '%s\\n' "$EPOCHREALTIME"`;

/** Planned work: the nodes of a cluster are put on standby, so that their resources move away in order, and online again. */
export const standbyFault: FaultDriver = {
  lasts: true,
  restartHeals: nodesOf,
  async inject(job, { engine }): Promise<Injection | NoEffect> {
    const stranger = job.victims.find((victim) => !isInCluster(victim));
    if (stranger !== undefined) return { noEffect: `${stranger.service} is no node of a cluster (loadBalancers.manager: pacemaker)` };
    try {
      return { injectedAtMs: Math.min(...(await onNodes(job, engine, onScript))) };
    } catch (error) {
      return { noEffect: messageOf(error) };
    }
  },
  async heal(job, engine) {
    const victims = await runningVictims(engine, job.victims.filter(isInCluster));
    return victims.length === 0 ? undefined : Math.max(...(await onNodes({ ...job, victims }, engine, offScript)));
  },
};

/** Of anybody else there is nothing to undo. */
function isInCluster({ component, process }: Victim): boolean {
  return isMember(component) || process !== undefined;
}

/** Runs a script once in each node, all at once; returns the times that they print. */
async function onNodes(job: FaultJob, engine: Pick<Engine, 'exec'>, script: string): Promise<number[]> {
  return allDone(
    nodesOf(job).map(async (node) => {
      const ended = await engine.exec(fullName(job.project, node), ['bash', '-c', script, node], { timeoutMs: execTimeoutMs });
      if (ended.exitCode !== 0) throw new Error(`${node}: ${whyFailed(ended)}`);
      return printedTimeMs(ended.stdout);
    }),
  );
}

/** A load balancer that runs in a node stands for its node. */
function nodesOf(job: FaultJob): string[] {
  return [...new Set(job.victims.filter(isInCluster).map((victim) => containerService(victim, job.project)))];
}
