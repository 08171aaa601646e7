import type { LoadedConfig } from '../config/load-config.ts';
import { forgetManager } from '../config/manager-choice.ts';
import type { Engine } from '../engine/port.ts';
import type { OnExecutionEvent } from '../execute/events.ts';
import { executePlan } from '../execute/execute-plan.ts';
import { performRemoval } from '../execute/perform-removal.ts';
import { HaplatError } from '../errors.ts';
import { undoneText } from '../drill/heal/faults-in-place.ts';
import { forgetFaults, undoAll } from '../drill/heal/heal.ts';
import type { Plan } from '../plan/operation.ts';
import { planDown } from '../plan/plan-down.ts';
import { journalOf } from './state/journal.ts';
import { withProjectLock } from './state/lock.ts';
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
  const { project } = loaded.config;
  return withProjectLock(loaded, options, async (signal) => {
    await undoFaults(options);
    const plan = planDown(project, await observeProject(engine, project), { volumes: options.volumes });
    options.onPlan(plan);
    // One thing that can't be removed must not keep the rest running.
    await executePlan(plan, performRemoval(engine), { signal, onEvent: options.onEvent, keepGoing: true });
    if (options.volumes) {
      await forgetManager(loaded.stateDirectory);
      await forgetFaults(journalOf(loaded));
    }
    return plan;
  });
}

/** What a fault has left in a volume would stay there, with nobody to take it away. Whatever goes wrong keeps nothing running. */
async function undoFaults({ loaded, engine, volumes, onNote }: DownOptions): Promise<void> {
  if (volumes) return;
  try {
    const { undone, waiting, problems } = await undoAll({ engine, ...journalOf(loaded) });
    for (const fault of undone) onNote(undoneText(fault));
    for (const text of [...problems, ...waiting]) onNote(`not undone: ${text}`);
  } catch (error) {
    if (!(error instanceof HaplatError)) throw error;
    onNote(`faults of drills are left: ${error.message}`);
  }
}
