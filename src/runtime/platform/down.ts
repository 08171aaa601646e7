import type { LoadedConfig } from '../config/load-config.ts';
import { forgetManager } from '../config/manager-choice.ts';
import type { Engine } from '../engine/port.ts';
import type { OnExecutionEvent } from '../execute/events.ts';
import { executePlan } from '../execute/execute-plan.ts';
import { performOnEngine } from '../execute/perform-on-engine.ts';
import { OperationError } from '../errors.ts';
import type { Plan } from '../plan/operation.ts';
import { planDown } from '../plan/plan-down.ts';
import { withProjectLock } from './lock.ts';
import { observeProject } from './observe.ts';

export interface DownOptions {
  readonly loaded: LoadedConfig;
  readonly engine: Engine;
  readonly signal: AbortSignal;
  readonly volumes: boolean;
  readonly onNote: (message: string) => void;
  readonly onPlan: (plan: Plan) => void;
  readonly onEvent: OnExecutionEvent;
}

/** Removes the containers and networks of a project; its volumes, and who was chosen to run its load balancers, only when asked to. */
export async function down(options: DownOptions): Promise<Plan> {
  const { loaded, engine } = options;
  const { project, timeouts } = loaded.config;
  const lock = {
    timeoutMs: timeouts.lockMs,
    signal: options.signal,
    onWait: () => { options.onNote(`another haplat is changing project ${project}; waiting for it to end`); },
  };
  return withProjectLock(loaded.stateDirectory, lock, async (signal) => {
    const plan = planDown(project, await observeProject(engine, project), { volumes: options.volumes });
    options.onPlan(plan);
    const perform = performOnEngine(engine, {
      healthyTimeoutMs: timeouts.healthyMs,
      writeFiles: notForDown,
      writeSecrets: notForDown,
      awaitServed: notForDown,
      ensureImage: notForDown,
    });
    // One thing that can't be removed must not keep the rest running.
    await executePlan(plan, perform, { signal, onEvent: options.onEvent, keepGoing: true });
    if (options.volumes) await forgetManager(loaded.stateDirectory);
    return plan;
  });
}

function notForDown(): Promise<never> {
  return Promise.reject(new OperationError('a plan to remove things neither writes files nor brings images, and waits for nobody'));
}
