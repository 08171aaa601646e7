import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { ConfigError, hasCode, messageOf } from '../errors.ts';
import { parseYaml } from '../files/parse-yaml.ts';
import { readIfThere } from '../files/read-if-there.ts';
import { configSchema, type Config } from './schema/config.ts';
import { environmentKeys, unknownVariables, variableOf, withEnvironment } from './schema/environment.ts';
import { managerVariable, namedManager, readKeptManager } from './manager-choice.ts';
import { keyPath } from './schema/key-path.ts';
import type { ConfigProblem } from './schema/config-problem.ts';
import type { Manager } from './schema/managers.ts';
import { parseConfig } from './schema/parse-config.ts';
import { scalable, type Scalable } from './schema/scalable.ts';

export const defaultConfigFile = 'haplat.yaml';

/** A configuration and where it came from. Paths in it are absolute. */
export interface LoadedConfig {
  readonly config: Config;
  /** What errors call it: the file's name as given, or `defaults`. */
  readonly source: string;
  readonly stateDirectory: string;
  /** The manager that `up --manager` was given: kept for later commands, where neither file nor environment names one. */
  readonly chosenManager?: Manager;
}

export interface LoadOptions {
  /** As given by `--config`; absent: haplat.yaml if there is one. */
  readonly file?: string | undefined;
  readonly project?: string | undefined;
  /** As given by `--scale`: wins over all else. */
  readonly replicas?: Readonly<Partial<Record<Scalable, number>>> | undefined;
  /** As given by `up --manager`: who is to run the load balancers. */
  readonly manager?: Manager | undefined;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Reads haplat.yaml, `.env` beside it and the environment (each wins over the one before), and checks the result.
 * Throws ConfigError with one line for each problem; nothing else has been touched by then.
 */
export async function loadConfig(options: LoadOptions): Promise<LoadedConfig> {
  const path = resolve(options.cwd, options.file ?? defaultConfigFile);
  const source = options.file ?? defaultConfigFile;
  const document = keysOf(await readOptional(path, options.file !== undefined), source);
  const dotEnv = parseDotEnv((await readDotEnv(dirname(path))) ?? '');

  const known = Object.keys(environmentKeys);
  const variables = { ...pick(dotEnv, known), ...pick(options.env, known) };
  if (options.project !== undefined) variables['HAPLAT_PROJECT'] = options.project;
  const named = namedManager(document, variables);
  if (options.manager !== undefined && named !== undefined && named !== options.manager) {
    throw new ConfigError(`--manager ${options.manager}: loadBalancers.manager is ${named} in ${source} or the environment`, {
      remedy: 'change it there, or leave the flag out',
    });
  }
  const merge = (all: typeof variables): Record<string, unknown> => withReplicas(withEnvironment(document ?? {}, all), options.replicas ?? {});
  // The one that was kept has to be known before all is judged: what the cluster may have is wrong for Keepalived.
  const stateDirectory = stateDirectoryOf(merge(variables), dirname(path), options);
  const kept = named === undefined && stateDirectory !== undefined ? await readKeptManager(stateDirectory) : undefined;
  const manager = options.manager ?? kept;
  const all = { ...variables, ...(manager !== undefined && { [managerVariable]: manager }) };
  const parsed = parseConfig(merge(all));
  if (!parsed.ok) throw rejection(parsed.problems, (problem) => originOf(problem, options, all, dotEnv, source));
  return {
    ...located(parsed.config, dirname(path), document === undefined ? 'defaults' : source, options),
    ...(options.manager !== undefined && { chosenManager: options.manager }),
  };
}

function withReplicas(input: Readonly<Record<string, unknown>>, replicas: NonNullable<LoadOptions['replicas']>): Record<string, unknown> {
  const scaled = Object.entries(replicas).map(([component, count]) => {
    const own = input[component] ?? {};
    return [component, typeof own === 'object' && !Array.isArray(own) ? { ...own, replicas: count } : own];
  });
  return { ...input, ...Object.fromEntries(scaled) as Record<string, unknown> };
}

async function readOptional(path: string, required: boolean): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const isMissing = hasCode(error, 'ENOENT');
    if (isMissing && !required) return undefined;
    throw new ConfigError(`${path}: ${isMissing ? 'there is no such file' : messageOf(error)}`, {
      cause: error,
      remedy: 'name another with --config, or write one with "haplat init"',
    });
  }
}

/** A folder of that name is somebody's Python environment, and no file of ours. */
async function readDotEnv(directory: string): Promise<string | undefined> {
  const path = join(directory, '.env');
  try {
    return await readIfThere(path);
  } catch (error) {
    if (hasCode(error, 'EISDIR')) return undefined;
    throw new ConfigError(`${path}: ${messageOf(error)}`, { cause: error, remedy: 'it is read beside haplat.yaml, and may say HAPLAT_…: let it be read, or move it away' });
  }
}

/** Throws ConfigError for whatever may be meant for us and can't be understood: as if nothing were said, another project would be acted on. */
function parseDotEnv(text: string): Record<string, string | undefined> {
  if (text.includes('\0')) throw new ConfigError('.env: is no UTF-8 text', { remedy: 'save it as UTF-8' });
  // Editors on Windows begin a file with a byte order mark.
  const variables = parseEnv(text.replace(/^\uFEFF/, ''));
  const strange = unknownVariables(variables);
  if (strange.length > 0) throw rejection(strange, () => '.env');
  const lost = text.split('\n').map((line) => /^\uFEFF?\s*(?:set\s+|export\s+)?(?<name>HAPLAT_\w+)/i.exec(line)?.groups?.['name']);
  const index = lost.findIndex((name) => name !== undefined && variables[name] === undefined);
  if (index >= 0) throw new ConfigError(`.env: line ${index + 1}: ${lost[index] ?? ''} is not set by what stands there`, { remedy: 'write NAME=value, a line each' });
  return variables;
}

function keysOf(text: string | undefined, source: string): Record<string, unknown> | undefined {
  if (text === undefined) return undefined;
  const value = parseYaml(text, source) ?? {};
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw new ConfigError(`${source}: should be a map of keys`, { remedy: 'see "haplat init" for one with all keys' });
  }
  return { ...value };
}

function originOf(
  problem: ConfigProblem,
  options: LoadOptions,
  variables: Readonly<Record<string, string | undefined>>,
  dotEnv: Readonly<Record<string, string | undefined>>,
  source: string,
): string {
  const [component, key] = problem.path;
  if (key === 'replicas' && scalable.some((one) => one === component && options.replicas?.[one] !== undefined)) return '--scale';
  const variable = variableOf(problem.path, variables);
  if (variable === undefined) return source;
  if (variable === 'HAPLAT_PROJECT' && options.project !== undefined) return '--project';
  if (variable === managerVariable && options.manager !== undefined) return '--manager';
  return isSet(dotEnv[variable]) && !isSet(options.env[variable]) ? `.env: ${variable}` : `environment: ${variable}`;
}

function rejection(problems: readonly ConfigProblem[], origin: (problem: ConfigProblem) => string): ConfigError {
  const [first, ...others] = problems;
  if (first === undefined) return new ConfigError('the configuration is not valid');
  const line = (problem: ConfigProblem) => `${origin(problem)}: ${[keyPath(problem.path), problem.message].filter(Boolean).join(': ')}`;
  return new ConfigError(line(first), {
    remedy: first.remedy,
    details: others.map((problem) => `${line(problem)} (${problem.remedy})`),
  });
}

const placeSchema = configSchema.pick({ project: true, stateDirectory: true });

/** Of a configuration that is not checked yet; undefined where the keys that say so are wrong. */
function stateDirectoryOf({ project, stateDirectory }: Readonly<Record<string, unknown>>, directory: string, options: LoadOptions): string | undefined {
  const { data } = placeSchema.safeParse({ project, stateDirectory });
  return data && stateDirectoryIn(data, directory, options);
}

function stateDirectoryIn({ project, stateDirectory }: Pick<Config, 'project' | 'stateDirectory'>, directory: string, { env }: LoadOptions): string {
  const named = env['XDG_STATE_HOME'] ?? '';
  // An empty or a relative one is to be ignored (XDG Base Directory Specification): keys must not end up beside the program's text.
  const base = isAbsolute(named) ? named : join(homedir(), '.local', 'state');
  return resolve(directory, stateDirectory === undefined ? join(base, 'haplat', project) : fromHome(stateDirectory));
}

/** As shells have it. Elsewhere `~` would be a folder of that name beside haplat.yaml, with the authority's key in it. */
function fromHome(path: string): string {
  return path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path;
}

function located(config: Config, directory: string, source: string, options: LoadOptions): LoadedConfig {
  const absolute = (path: string | undefined) => (path === undefined ? undefined : resolve(directory, fromHome(path)));
  const certFile = absolute(config.certificates.certFile);
  const keyFile = absolute(config.certificates.keyFile);
  const dbPassword = absolute(config.postgres.passwordFile);
  const brokerPassword = absolute(config.rabbitmq.passwordFile);
  const authkey = absolute(config.loadBalancers.authkeyFile);
  return {
    source,
    stateDirectory: stateDirectoryIn(config, directory, options),
    config: {
      ...config,
      certificates: { ...config.certificates, ...(certFile && { certFile }), ...(keyFile && { keyFile }) },
      loadBalancers: { ...config.loadBalancers, ...(authkey && { authkeyFile: authkey }) },
      postgres: { ...config.postgres, ...(dbPassword && { passwordFile: dbPassword }) },
      rabbitmq: { ...config.rabbitmq, ...(brokerPassword && { passwordFile: brokerPassword }) },
    },
  };
}

/** An empty one is one that is not set, as CI systems have it: it must not hide what a file says. */
function pick(variables: Readonly<Record<string, string | undefined>>, names: readonly string[]): Record<string, string | undefined> {
  return Object.fromEntries(names.flatMap((name) => (isSet(variables[name]) ? [[name, variables[name]]] : [])));
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '';
}
