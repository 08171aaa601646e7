import { messageOf } from '../../errors.ts';
import type { Engine, EngineEvent } from '../../engine/port.ts';
import { steadyNowMs } from '../../steady-clock.ts';
import type { FaultDriver, FaultJob, Injection, InjectionSurroundings, NoEffect } from './fault.ts';
import { freezeContainer } from './freeze.ts';
import { signalProcesses, thawProcess, type Signal } from './processes.ts';

/** The Engine tells of an effect at once; this long, and there was none. A graceful stop takes as long as its grace. */
const effectWithinMs = 15_000;
const graceMs = 10_000;

const nobody = () => [];

/** SIGKILL to process 1 of each victim, all at once. The Engine suppresses its restart policy: the guardian starts it again. */
export const killFault: FaultDriver = {
  lasts: false,
  restartHeals: nobody,
  inject: (job, surroundings) => onProcesses(job, surroundings, 'KILL', () => strike(job, surroundings, 'die', (engine, container) => engine.killContainer(container))),
  heal: startAgain,
};

/** SIGTERM, and time to finish. The guardian starts it again. */
export const stopFault: FaultDriver = {
  lasts: false,
  restartHeals: nobody,
  inject: (job, surroundings) => onProcesses(job, surroundings, 'TERM', () => strike(job, surroundings, 'die', (engine, container) => engine.stopContainer(container, { graceMs }))),
  heal: startAgain,
};

export const restartFault: FaultDriver = {
  lasts: false,
  restartHeals: nobody,
  // A process that ends is started again by the cluster.
  inject: (job, surroundings) => onProcesses(job, surroundings, 'TERM', () => strike(job, surroundings, 'die', (engine, container) => engine.restartContainer(container, { graceMs }))),
  heal: startAgain,
};

export const pauseFault: FaultDriver = {
  lasts: true,
  // The guardian ends a pause that nobody holds by itself.
  restartHeals: nobody,
  inject: (job, surroundings) => onProcesses(job, surroundings, 'STOP', () => strike(job, surroundings, 'pause', (engine, container) => freezeContainer(engine, container, surroundings.signal))),
  async heal({ victims }, engine) {
    await Promise.all(
      victims.map(async ({ container, process }) => {
        if (process !== undefined) return thawProcess(engine, container, process);
        if ((await engine.inspectContainer(container))?.state === 'paused') await engine.unpauseContainer(container);
      }),
    );
    return undefined;
  },
};

/**
 * Starts victims that are still down; the guardian has started them long since, unless there is none. Who others share
 * namespaces with comes first. Returns undefined where nothing was down.
 */
async function startAgain({ victims }: FaultJob, engine: Engine): Promise<number | undefined> {
  const containers = victims.filter(({ process }) => process === undefined);
  const owners = containers.filter(({ container, namespaceOf }) => container === namespaceOf);
  const members = containers.filter(({ container, namespaceOf }) => container !== namespaceOf);
  let startedAtMs: number | undefined;
  for (const { container } of [...owners, ...members]) {
    if ((await engine.inspectContainer(container))?.state !== 'exited') continue;
    await engine.startContainer(container);
    startedAtMs = steadyNowMs();
  }
  return startedAtMs;
}

/** Where the victims are processes inside containers, the signal goes to them. Not both kinds at once. */
async function onProcesses(
  job: FaultJob,
  { engine }: InjectionSurroundings,
  signal: Signal,
  otherwise: () => Promise<Injection | NoEffect>,
): Promise<Injection | NoEffect> {
  const processes = job.victims.filter(({ process }) => process !== undefined);
  if (processes.length === 0) return otherwise();
  if (processes.length < job.victims.length) return { noEffect: 'processes and containers can\'t be struck in one drill' };
  return signalProcesses(engine, processes, signal);
}

/** Does it to every victim at once and waits until the Engine has told of each effect. */
async function strike(
  { victims }: FaultJob,
  { engine, events, signal }: InjectionSurroundings,
  effect: 'die' | 'pause',
  call: (engine: Engine, container: string) => Promise<void>,
): Promise<Injection | NoEffect> {
  const seenBefore = events.events.length;
  const isNew = (event: EngineEvent) => events.events.includes(event, seenBefore);
  // The Engine's own event of the signal may come after its first consequences.
  const injectedAtMs = events.engineNowMs();
  const calls = Promise.allSettled(victims.map(({ container }) => call(engine, container)));
  for (const { service, container } of victims) {
    const is = (action: string) => (event: EngineEvent) => event.container === container && event.action === action && isNew(event);
    const found = await Promise.race([events.find(is(effect), effectWithinMs, signal), refusal(calls)]);
    // A victim whose namespaces' owner dies with it may be dead before its own turn comes.
    const seen = found ?? events.events.find(is(effect));
    if (seen === undefined) return { noEffect: (await firstError(calls)) ?? `the Engine did not report that ${service} did ${effect}` };
  }
  return { injectedAtMs };
}

/** Resolves, a moment after all calls have ended, when one of them was refused; else never. */
async function refusal(calls: Promise<PromiseSettledResult<void>[]>): Promise<undefined> {
  const error = await firstError(calls);
  return error === undefined ? new Promise<undefined>(() => undefined) : undefined;
}

async function firstError(calls: Promise<PromiseSettledResult<void>[]>): Promise<string | undefined> {
  const refused = (await calls).find((result) => result.status === 'rejected');
  return refused === undefined ? undefined : messageOf(refused.reason);
}
