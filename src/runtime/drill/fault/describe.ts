import type { Fault, FaultJob, FaultKind } from './fault.ts';

/** What a fault is told beside its kind and its targets. */
export interface FaultParameters {
  /** Of a partition: towards whom alone. */
  readonly from?: readonly string[];
  /** Of a loss. */
  readonly percent?: number;
  /** Of a latency. */
  readonly ms?: number;
  /** Of a full disk. */
  readonly mebibytes?: number;
}

export function parametersOf(fault: Fault): FaultParameters {
  switch (fault.kind) {
    case 'partition':
      return fault.from.length === 0 ? {} : { from: fault.from };
    case 'loss':
      return { percent: fault.percent };
    case 'latency':
      return { ms: fault.ms };
    case 'fill-disk':
      return { mebibytes: fault.mebibytes };
    default:
      return {};
  }
}

/** A fault in a few words, such that different faults differ: `partition app_1 from db`, `loss app_1 5 %`. */
export function describeFault(fault: Fault): string {
  return faultInWords(fault.kind, fault.targets.join(','), parametersOf(fault));
}

/** The same of one that is put in place, by whom it hits: `partition app_1, app_2 from db`. */
export function describeJob({ fault, victims }: Pick<FaultJob, 'fault' | 'victims'>): string {
  // Of a file that fills a disk is known only how large it was to be at the most.
  const { mebibytes: _, ...parameters } = parametersOf(fault);
  return faultInWords(fault.kind, victims.map(({ service }) => service).join(', '), parameters);
}

/** The same for who has its parts only. */
export function faultInWords(kind: FaultKind, target: string, { from, percent, ms, mebibytes }: FaultParameters): string {
  const how = [
    ...(from === undefined ? [] : [`from ${from.join(',')}`]),
    ...(percent === undefined ? [] : [`${percent} %`]),
    ...(ms === undefined ? [] : [`${ms} ms`]),
    ...(mebibytes === undefined ? [] : [`${mebibytes} MiB`]),
  ];
  return [kind, target, ...how].join(' ');
}
