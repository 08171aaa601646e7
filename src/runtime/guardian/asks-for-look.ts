import type { EngineEvent } from '../engine/port.ts';
import { guardianComponent } from './model.ts';

const telling = new Set(['create', 'start', 'restart', 'die', 'kill', 'oom', 'stop', 'pause', 'unpause', 'health_status', 'destroy']);

/**
 * Whether there may be something to do after an event. A look has the Engine list everything, several times over, and
 * events come in numbers just when the machine has enough to do: none for a drill's probe (which is no service), and in
 * a guardian that stands by only for guardians.
 */
export function asksForLook({ action, service, component }: EngineEvent, standby: boolean): boolean {
  return telling.has(action) && service !== '' && (!standby || component === guardianComponent);
}
