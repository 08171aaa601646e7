import { pause } from '../app/backoff.ts';
import type { BrokerSession } from '../app/broker/session.ts';
import type { AvailabilityGate } from '../app/db/gate.ts';

/** Longer than a database takes to restart: what is given back counts as delivered once more. */
const keepForMs = 5_000;
const lookEachMs = 1_000;

export interface GiveBackOptions {
  readonly gate: Pick<AvailabilityGate, 'downForMs'>;
  /** A channel while there is a connection; `reset` gives it up, and another is opened. */
  readonly broker: { readonly channel: unknown } & Pick<BrokerSession, 'reset'>;
  readonly onGiveBack: () => void;
  readonly signal: AbortSignal;
  /** How time passes; by the clock, unless a test says otherwise. */
  readonly pause?: typeof pause;
}

/**
 * Gives the messages in hand back to their queue, once in an outage, when the database stays away: it may be away from
 * this worker alone, and others would do them at once. The consumer takes no more until it is back. Runs until aborted.
 */
export async function giveBackWithoutDatabase({ gate, broker, onGiveBack, signal, pause: rest = pause }: GiveBackOptions): Promise<void> {
  let isDone = false;
  while (!signal.aborted) {
    await rest(lookEachMs, signal);
    const isLong = gate.downForMs > keepForMs;
    if (isLong && !isDone && broker.channel !== undefined) {
      onGiveBack();
      await broker.reset();
    }
    isDone = isLong && (isDone || broker.channel === undefined);
  }
}
