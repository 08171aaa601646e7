import type { Engine } from '../../engine/port.ts';
import type { EngineWatch } from '../engine-watch.ts';

/** What is broken on purpose. */
export interface Fault {
  readonly kind: 'kill';
  /** Services as the user names them. */
  readonly targets: readonly string[];
}

/** What a fault has to do with. */
export interface FaultSurroundings {
  readonly engine: Engine;
  readonly events: EngineWatch;
  /** Service name → container name. */
  readonly services: ReadonlyMap<string, string>;
  readonly signal: AbortSignal;
}

export interface Injection {
  /** When the fault took effect, on the Engine's clock. */
  readonly injectedAtMs: number;
}

/** Why a fault did not take effect: the drill is inconclusive then. */
export interface NoEffect {
  readonly noEffect: string;
}

/** One kind of fault. It only injects and heals: what that did to clients is for the judge. */
export interface FaultDriver {
  inject(targets: readonly string[], surroundings: FaultSurroundings): Promise<Injection | NoEffect>;
  /** Puts back what the guardian would not by itself. Safe when nothing was injected. */
  heal(targets: readonly string[], surroundings: FaultSurroundings): Promise<void>;
}
