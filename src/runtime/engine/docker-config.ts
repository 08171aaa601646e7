import { join } from 'node:path';
import * as z from 'zod';
import { ConfigError } from '../errors.ts';
import { readIfThere } from '../files/read-if-there.ts';

/** Where Docker's clients keep what they know. */
export interface DockerHome {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homeDirectory: string;
}

const login = z.object({ auth: z.string().optional(), identitytoken: z.string().optional() });
const proxies = z.object({
  httpProxy: z.string().optional(),
  httpsProxy: z.string().optional(),
  ftpProxy: z.string().optional(),
  noProxy: z.string().optional(),
  allProxy: z.string().optional(),
});

/**
 * Of config.json, what haplat goes by (docker(1), "Configuration files"). Logins and proxies that make no sense are none: most
 * commands need neither.
 */
const configSchema = z.object({
  currentContext: z.string().optional(),
  auths: z.record(z.string(), login).catch({}),
  credsStore: z.string().optional().catch(undefined),
  credHelpers: z.record(z.string(), z.string()).catch({}),
  proxies: z.object({ default: proxies.optional() }).optional().catch(undefined),
});
export type DockerConfig = z.infer<typeof configSchema>;

/** The folder that DOCKER_CONFIG names, or `~/.docker`. */
export function dockerFolder({ env, homeDirectory }: DockerHome): string {
  const named = env['DOCKER_CONFIG'] ?? '';
  return named === '' ? join(homeDirectory, '.docker') : named;
}

/** What is in config.json; nothing where there is none. Throws ConfigError for one that Docker did not write. */
export async function readDockerConfig(folder: string): Promise<DockerConfig> {
  const path = join(folder, 'config.json');
  const text = await readIfThere(path);
  return text === undefined ? configSchema.parse({}) : parseDockerFile(path, text, configSchema);
}

/** A file of Docker's own. Throws ConfigError when it is not what the schema says. */
export function parseDockerFile<T>(path: string, text: string, schema: z.ZodType<T>): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new ConfigError(`${path} is not what Docker writes there`, { cause, remedy: 'mend it, or say in DOCKER_HOST where the Engine is' });
  }
}

/** What Docker's client gives to builds, in the capitals and the small letters that programs look for. */
export function proxyArguments({ proxies: all }: DockerConfig): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(all?.default ?? {}).flatMap(([key, value]): [string, string][] => {
      if (value === undefined || value === '') return [];
      const name = key.replace('Proxy', '_proxy');
      return [[name, value], [name.toUpperCase(), value]];
    }),
  );
}
