import { expireCertFault } from './expire-cert.ts';
import type { FaultDriver, FaultKind } from './fault.ts';
import { fillDiskFault } from './fill-disk.ts';
import { cutHeartbeatFault, latencyFault, lossFault, partitionFault } from './network.ts';
import { renewFault } from './renew.ts';
import { killFault, pauseFault, restartFault, stopFault } from './signals.ts';
import { standbyFault } from './standby.ts';

/** Who carries out which kind of fault. */
export const drivers: Readonly<Record<FaultKind, FaultDriver>> = {
  kill: killFault,
  stop: stopFault,
  restart: restartFault,
  pause: pauseFault,
  partition: partitionFault,
  renew: renewFault,
  'cut-heartbeat': cutHeartbeatFault,
  standby: standbyFault,
  loss: lossFault,
  latency: latencyFault,
  'fill-disk': fillDiskFault,
  'expire-cert': expireCertFault,
};
