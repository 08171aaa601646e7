import { faultSchema, type FaultJob } from '../../../../../src/runtime/drill/fault/fault.ts';
import { planFault } from '../../../../../src/runtime/drill/fault/job.ts';
import { services } from '../target/_services.ts';

/** A fault on these services, as it would be asked for on the command line, among those that there are. */
export function jobOn(targets: readonly string[], fault: object, among = services): FaultJob {
  return planFault({ id: 'a1', project: 'p', fault: faultSchema.parse({ targets, ...fault }), targets, services: among, tlsDirectory: '/state/tls' });
}
