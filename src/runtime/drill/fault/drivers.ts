import type { Fault, FaultDriver } from './fault.ts';
import { killFault } from './kill.ts';

/** Who carries out which kind of fault. */
export const drivers: Readonly<Record<Fault['kind'], FaultDriver>> = { kill: killFault };
