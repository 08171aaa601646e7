import { randomBytes } from 'node:crypto';
import { fullName } from '../topology/names.ts';
import type { DrillInputs } from './drill.ts';
import { EngineWatch } from './engine-watch.ts';
import { drivers } from './fault/drivers.ts';
import type { FaultSurroundings } from './fault/fault.ts';
import type { History } from './judge/history.ts';
import { readTransitions } from './node-log.ts';
import { ProbeRun } from './probe-run.ts';
import { readSteadyState } from './steady-state.ts';
import type { SteadyState } from './steady-state.ts';
import { VipWatch } from './vip-watch.ts';

/** The least number of requests in a baseline. */
const warmUpSuccesses = 10;
const warmUpWithinMs = 30_000;
/** How much of the steady state is measured before the fault, and of the recovered one after it. */
const baselineMs = 1000;
const afterwardsMs = 1000;
const settleMs = 60_000;
const lookEachMs = 500;
const probeLifeMs = 1_800_000;

export type RunOutcome = { readonly history: History } | { readonly inconclusive: string };

/** One run: probe, steady state seen, fault, recovery seen, heal. Whatever happens, the fault is healed and the probe gone. */
export async function runOnce(inputs: DrillInputs, run: number, steady: SteadyState): Promise<RunOutcome> {
  const { engine, project, vip, signal, onEvent } = inputs;
  const id = randomBytes(4).toString('hex');
  await using events = await EngineWatch.start(engine, project);
  const watch = new VipWatch(engine, events, vip, id, steady.nodes);
  const probe = new ProbeRun(engine, fullName(project, `probe-${id}`), (samples) => {
    const failed = samples.filter((sample) => !sample.ok).length;
    const worstMs = Math.max(...samples.map((sample) => sample.endMs - sample.dueMs));
    onEvent({ kind: 'samples', run, ok: samples.length - failed, failed, worstMs });
  });
  const surroundings = { engine, events, services: steady.services, signal };
  try {
    return await measure(inputs, run, steady, { id, events, watch, probe, surroundings });
  } finally {
    const { kind, targets } = inputs.fault;
    await drivers[kind].heal(targets, { ...surroundings, signal: AbortSignal.timeout(settleMs) });
    await Promise.all([probe.remove(), watch.end()]);
  }
}

interface Parts {
  readonly id: string;
  readonly events: EngineWatch;
  readonly watch: VipWatch;
  readonly probe: ProbeRun;
  readonly surroundings: FaultSurroundings;
}

async function measure(inputs: DrillInputs, run: number, steady: SteadyState, parts: Parts): Promise<RunOutcome> {
  const { engine, project, vip, rate, signal, onEvent, fault, requestTimeoutMs, recoverWithinMs } = inputs;
  const { events, watch, probe, surroundings } = parts;
  onEvent({ kind: 'warming-up', run });
  await probe.start(project, inputs.probe, {
    url: `https://${vip}/items?limit=1`,
    rate,
    timeoutMs: requestTimeoutMs,
    connectTimeoutMs: requestTimeoutMs,
    modes: [...inputs.modes],
    ledgerRate: inputs.ledgerRate,
    runId: `drill-${parts.id}`,
    durationMs: probeLifeMs,
    settleMs,
  });
  if (!(await probe.until(() => isWarm(probe), warmUpWithinMs, signal))) return { inconclusive: notWarm(probe) };

  onEvent({ kind: 'injecting', run });
  const injection = await drivers[fault.kind].inject(fault.targets, surroundings);
  if ('noEffect' in injection) return { inconclusive: `the fault took no effect: ${injection.noEffect}` };
  const { injectedAtMs } = injection;
  onEvent({ kind: 'injected', run, atMs: injectedAtMs });

  onEvent({ kind: 'measuring', run });
  const restoredAtMs = await restored(inputs, events, injectedAtMs);
  const calmFromMs = lastEndMs(probe);
  await probe.until(() => lastEndMs(probe) >= calmFromMs + afterwardsMs, recoverWithinMs, signal);

  onEvent({ kind: 'looking-up', run });
  const isComplete = await probe.end(settleMs + requestTimeoutMs + warmUpWithinMs, signal);
  if (!isComplete) return { inconclusive: 'the probe did not finish its ledger' };
  const holders = await watch.end();
  if (watch.problems.length > 0) return { inconclusive: `a node could not be watched: ${watch.problems.join('; ')}` };
  const first = Math.min(injectedAtMs, ...probe.samples.map((sample) => sample.dueMs));
  return {
    history: {
      samples: probe.samples,
      intervalMs: 1000 / rate,
      injectedAtMs,
      transitions: await readTransitions(engine, steady.nodes, new Date(first)),
      holderBefore: steady.holders.length === 1 ? steady.holders[0] : undefined,
      restoredAtMs,
      ledger: probe.ledger,
      holders,
      endedAtMs: lastEndMs(probe),
    },
  };
}

/** When all was healthy again, by the last event that made it so. Undefined when it was not by the deadline. */
async function restored(inputs: DrillInputs, events: EngineWatch, injectedAtMs: number): Promise<number | undefined> {
  const { engine, project, vip, recoverWithinMs, signal } = inputs;
  const until = performance.now() + recoverWithinMs;
  while (performance.now() < until) {
    const { problems } = await readSteadyState(engine, project, vip);
    if (problems.length === 0) {
      const mending = events.events.findLast((event) => event.atMs >= injectedAtMs && isMending(event));
      if (mending !== undefined) return mending.atMs;
    }
    await events.changed(lookEachMs, signal);
  }
  return undefined;
}

function isMending(event: { readonly action: string; readonly health?: string }): boolean {
  return event.action === 'start' || event.action === 'unpause' || (event.action === 'health_status' && event.health === 'healthy');
}

/** Whether each mode has had nothing but successes for as long as a baseline takes. */
function isWarm(probe: ProbeRun): boolean {
  const modes = Map.groupBy(probe.samples, (sample) => sample.mode);
  const sinceMs = lastEndMs(probe) - baselineMs;
  return modes.size > 0 && [...modes.values()].every((samples) => {
    const latest = samples.filter((sample) => sample.endMs > sinceMs);
    return latest.length < samples.length && latest.length >= warmUpSuccesses && latest.every((sample) => sample.ok);
  });
}

function lastEndMs(probe: ProbeRun): number {
  return probe.samples.at(-1)?.endMs ?? 0;
}

function notWarm(probe: ProbeRun): string {
  const failed = probe.samples.filter((sample) => !sample.ok);
  const kinds = [...new Set(failed.map((sample) => sample.error))].join(', ');
  return `no ${baselineMs} ms without a failed request before the fault (${probe.samples.length} requests, ${failed.length} failed${kinds === '' ? '' : `: ${kinds}`})`;
}
