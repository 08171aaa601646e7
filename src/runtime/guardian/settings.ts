import * as z from 'zod';
import { ConfigError } from '../errors.ts';
import { guardianStateDirectory } from '../topology/guardian-state.ts';

const schema = z.object({
  HAPLAT_PROJECT: z.string().min(1),
  /** One socket or several, separated by commas: the next is tried when one does not answer. */
  HAPLAT_ENGINE_SOCKET: z.string().min(1),
  HAPLAT_STATE_DIRECTORY: z.string().min(1).default(guardianStateDirectory),
  HAPLAT_SERVICE: z.string().min(1).default('guardian'),
  PORT: z.coerce.number().int().min(0).max(65535).default(3002),
});

export interface GuardianSettings {
  readonly project: string;
  readonly sockets: readonly string[];
  readonly stateDirectory: string;
  /** The guardian's own service name. */
  readonly service: string;
  /** Where /healthz is served, on loopback only. */
  readonly port: number;
}

/** Reads the guardian's settings from its environment. Throws ConfigError that names every bad variable. */
export function guardianSettings(env: Readonly<Record<string, string | undefined>>): GuardianSettings {
  const parsed = schema.safeParse(env);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new ConfigError(`guardian: ${problems.join('; ')}`, { remedy: 'these are set by `haplat up`' });
  }
  const found = parsed.data;
  return {
    project: found.HAPLAT_PROJECT,
    sockets: found.HAPLAT_ENGINE_SOCKET.split(',').map((socket) => socket.trim()),
    stateDirectory: found.HAPLAT_STATE_DIRECTORY,
    service: found.HAPLAT_SERVICE,
    port: found.PORT,
  };
}
