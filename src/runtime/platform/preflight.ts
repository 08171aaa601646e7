import type { LoadedConfig } from '../config/load-config.ts';
import type { Engine } from '../engine/port.ts';
import type { ObservedState } from '../plan/observed-state.ts';
export async function preflight(_loaded: LoadedConfig, _engine: Engine, _observed: ObservedState): Promise<void> {}
