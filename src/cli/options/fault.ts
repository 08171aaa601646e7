import { ConfigError } from '../../runtime/errors.ts';
import { faultSchema, type Fault } from '../../runtime/drill/fault/fault.ts';

/** The flags that each ask for one fault; exactly one of them is given. */
export interface FaultOptions {
  readonly kill?: string;
  readonly stop?: string;
  readonly pause?: string;
  readonly restart?: string;
  readonly partition?: string;
  readonly from?: string;
  readonly cutHeartbeat?: string;
  readonly standby?: string;
  readonly loss?: string;
  readonly percent?: number;
  readonly latency?: string;
  readonly ms?: number;
  readonly fillDisk?: string;
  readonly size?: number;
  readonly expireCert?: boolean;
}

/** Each of these flags with the fault that it asks for. */
const kinds = [
  ['kill', 'kill'],
  ['stop', 'stop'],
  ['pause', 'pause'],
  ['restart', 'restart'],
  ['partition', 'partition'],
  ['cutHeartbeat', 'cut-heartbeat'],
  ['standby', 'standby'],
  ['loss', 'loss'],
  ['latency', 'latency'],
  ['fillDisk', 'fill-disk'],
  ['expireCert', 'expire-cert'],
] as const;
type Asked = (typeof kinds)[number];

/** Flags that say more of one fault: with another they would be dropped, and something else be broken than was meant. */
const companions = [
  { flag: 'from', owner: 'partition', isRequired: false },
  { flag: 'percent', owner: 'loss', isRequired: true },
  { flag: 'ms', owner: 'latency', isRequired: true },
  { flag: 'size', owner: 'fill-disk', isRequired: false },
] as const;

/** The fault that the flags ask for. ConfigError when there is none, more than one, a part of it is missing, or one is of another. */
export function faultOf(options: FaultOptions): Fault {
  const [key, kind] = askedBy(options);
  checkCompanions(kind, options);
  const targets = key === 'expireCert' ? undefined : split(options[key]);
  if (targets?.length === 0) {
    throw new ConfigError(`--${kind} names no target`, { remedy: 'name a service, a component, vip-holder, vip-standby or node:N' });
  }
  const parsed = faultSchema.safeParse({
    kind,
    ...(targets !== undefined && { targets }),
    ...(kind === 'partition' && options.from !== undefined && { from: split(options.from) }),
    ...(kind === 'loss' && { percent: options.percent }),
    ...(kind === 'latency' && { ms: options.ms }),
    ...(kind === 'fill-disk' && options.size !== undefined && { mebibytes: options.size }),
  });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new ConfigError(`--${kind}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`, { remedy: 'see haplat failover --help' });
}

function askedBy(options: FaultOptions): Asked {
  const [first, ...more] = kinds.filter(([key]) => options[key] !== undefined);
  if (first !== undefined && more.length === 0) return first;
  throw new ConfigError(`failover: ${first === undefined ? 'no fault is given' : `${1 + more.length} faults are given`}`, {
    remedy: `use exactly one of ${kinds.map(([, kind]) => `--${kind}`).join(', ')}`,
  });
}

function checkCompanions(kind: Asked[1], options: FaultOptions): void {
  const stray = companions.find(({ flag, owner }) => options[flag] !== undefined && owner !== kind);
  if (stray !== undefined) throw new ConfigError(`--${stray.flag} does not go with --${kind}`, { remedy: `it says more of --${stray.owner}: leave it out` });
  const missing = companions.find(({ flag, owner, isRequired }) => isRequired && owner === kind && options[flag] === undefined);
  if (missing !== undefined) throw new ConfigError(`--${kind} needs --${missing.flag}`, { remedy: 'see haplat failover --help' });
}

function split(text: string | undefined): string[] {
  return (text ?? '').split(',').map((part) => part.trim()).filter((part) => part !== '');
}
