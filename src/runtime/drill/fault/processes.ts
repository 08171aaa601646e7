import { messageOf } from '../../errors.ts';
import type { Engine } from '../../engine/port.ts';
import type { Injection, NoEffect, Victim } from './fault.ts';
import { printedTimeMs, whyFailed } from './script-output.ts';

const execTimeoutMs = 10_000;
/** Where the cluster's agent keeps the id of the process (`HA_RSCTMP` of resource-agents). */
const pidFile = '/run/resource-agents/haplat-$0.pid';
/** The time is taken before the signal: its consequences must not come first. */
const signalScript = `read -r pid <"${pidFile}" && now=$EPOCHREALTIME && kill -s "$1" "$pid" && printf '%s\\n' "$now"`;
const thawScript = `read -r pid <"${pidFile}" && kill -s CONT "$pid"; true`;

export type Signal = 'KILL' | 'TERM' | 'STOP';

/** Sends a signal to a process in each victim's container, all at once. */
export async function signalProcesses(
  engine: Pick<Engine, 'exec'>,
  victims: readonly Victim[],
  signal: Signal,
): Promise<Injection | NoEffect> {
  try {
    const times = await Promise.all(victims.map((victim) => send(engine, victim, signal)));
    return { injectedAtMs: Math.min(...times) };
  } catch (error) {
    return { noEffect: messageOf(error) };
  }
}

/** Lets a frozen process go on; nothing to do where it is another one by now, or none. */
export async function thawProcess(engine: Pick<Engine, 'exec'>, container: string, process: string): Promise<void> {
  await engine.exec(container, ['bash', '-c', thawScript, process], { timeoutMs: execTimeoutMs }).catch(() => undefined);
}

/** Returns when it was sent. */
async function send(engine: Pick<Engine, 'exec'>, { service, container, process }: Victim, signal: Signal): Promise<number> {
  const ended = await engine.exec(container, ['bash', '-c', signalScript, process ?? '', signal], { timeoutMs: execTimeoutMs });
  if (ended.exitCode !== 0) throw new Error(`${service} did not take the signal: ${whyFailed(ended)}`);
  return printedTimeMs(ended.stdout);
}
