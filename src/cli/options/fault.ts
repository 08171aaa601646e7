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

const kinds = { kill: 'kill', stop: 'stop', pause: 'pause', restart: 'restart', partition: 'partition', cutHeartbeat: 'cut-heartbeat', standby: 'standby', loss: 'loss', latency: 'latency', fillDisk: 'fill-disk', expireCert: 'expire-cert' } as const;

/** Flags that say more of one fault: with another they would be dropped, and something else be broken than was meant. */
const companions = { from: 'partition', percent: 'loss', ms: 'latency', size: 'fillDisk' } as const;
/** Those without which their fault says too little. */
const required = ['percent', 'ms'] as const;

/** The fault that the flags ask for. ConfigError when there is none, more than one, a part of it is missing, or one is of another. */
export function faultOf(options: FaultOptions): Fault {
  const asked = Object.entries(kinds).filter(([key]) => options[key as keyof typeof kinds] !== undefined);
  const [first] = asked;
  if (first === undefined || asked.length > 1) {
    throw new ConfigError(`failover: ${asked.length === 0 ? 'no fault is given' : `${asked.length} faults are given`}`, {
      remedy: `use exactly one of ${Object.values(kinds).map((kind) => `--${kind}`).join(', ')}`,
    });
  }
  const [key, kind] = first as [keyof typeof kinds, Fault['kind']];
  for (const [companion, owner] of Object.entries(companions)) {
    if (options[companion as keyof typeof companions] === undefined || key === owner) continue;
    throw new ConfigError(`--${companion} does not go with --${kind}`, { remedy: `it says more of --${kinds[owner]}: leave it out` });
  }
  const missing = required.find((companion) => companions[companion] === key && options[companion] === undefined);
  if (missing !== undefined) throw new ConfigError(`--${kind} needs --${missing}`, { remedy: 'see haplat failover --help' });
  if (key !== 'expireCert' && split(options[key]).length === 0) {
    throw new ConfigError(`--${kind} names no target`, { remedy: 'name a service, a component, vip-holder, vip-standby or node:N' });
  }
  const parsed = faultSchema.safeParse({
    kind,
    ...(key !== 'expireCert' && { targets: split(options[key]) }),
    ...(kind === 'partition' && options.from !== undefined && { from: split(options.from) }),
    ...(kind === 'loss' && { percent: options.percent }),
    ...(kind === 'latency' && { ms: options.ms }),
    ...(kind === 'fill-disk' && options.size !== undefined && { mebibytes: options.size }),
  });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new ConfigError(`--${kind}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`, { remedy: 'see haplat failover --help' });
}

function split(text: string | undefined): string[] {
  return (text ?? '').split(',').map((part) => part.trim()).filter((part) => part !== '');
}
