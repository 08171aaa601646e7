import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defaultConfigFile } from '../config/load-config.ts';
import type { Config } from '../config/schema/config.ts';
import { messageOf, OperationError } from '../errors.ts';
import { createOnce, ensureFolder } from '../files/atomic-file.ts';
import { readIfThere } from '../files/read-if-there.ts';
import type { Secrets } from '../topology/context.ts';
import { secretsFolder } from '../topology/state-paths.ts';
import { readPasswordFile } from './password-file.ts';

export interface SecretsOptions {
  readonly stateDirectory: string;
  /** Paths of password files in it are taken as they are: make them absolute first. */
  readonly config: Pick<Config, 'postgres' | 'rabbitmq'>;
  /** What errors call the configuration. */
  readonly source?: string;
  readonly onWarning?: (message: string) => void;
  /** Writes nothing: a secret that is not there yet is made up for this call alone, for looking ahead. */
  readonly readOnly?: boolean;
}

/**
 * The platform's passwords: the user's own files where the configuration names some, else those under
 * `<state>/secrets/`, which are made up when first asked for. ConfigError about a user's file, OperationError about ours.
 */
export async function loadSecrets({ stateDirectory, config, source = defaultConfigFile, onWarning, readOnly = false }: SecretsOptions): Promise<Secrets> {
  const folder = secretsFolder(stateDirectory);
  const warn = onWarning ?? (() => undefined);
  const secret = (name: string, key: string, file: string | undefined) =>
    file === undefined ? loadOrCreate(folder, name, readOnly) : readPasswordFile({ key, source }, file, warn);
  // The users' files first: a bad one is reported before anything is made.
  const dbPassword = await secret('db-password', 'postgres.passwordFile', config.postgres.passwordFile);
  const brokerPassword = await secret('broker-password', 'rabbitmq.passwordFile', config.rabbitmq.passwordFile);
  return {
    dbPassword,
    brokerPassword,
    dbMonitorPassword: await loadOrCreate(folder, 'db-monitor-password', readOnly),
    brokerMonitorPassword: await loadOrCreate(folder, 'broker-monitor-password', readOnly),
  };
}

async function loadOrCreate(folder: string, name: string, readOnly: boolean): Promise<string> {
  const path = join(folder, name);
  try {
    const existing = await readIfThere(path);
    if (existing !== undefined) return check(path, existing);
    const made = randomBytes(32).toString('base64url');
    if (readOnly) return made;
    await ensureFolder(folder, { mode: 0o700 });
    if (await createOnce(path, `${made}\n`, { mode: 0o600 })) return made;
    return check(path, await readFile(path, 'utf8')); // another process was quicker
  } catch (error) {
    if (error instanceof OperationError) throw error;
    throw new OperationError(`the secret ${path} can't be read or made: ${messageOf(error)}`, {
      cause: error,
      remedy: 'run haplat as the user that ran it first, or set stateDirectory to a folder of your own',
    });
  }
}

/** An empty secret is not replaced: what stands behind it still has the old one. */
function check(path: string, text: string): string {
  const secret = text.trim();
  if (secret !== '') return secret;
  throw new OperationError(`the secret ${path} is empty`, {
    remedy: 'put the password back; to start afresh remove the file and the data with it: haplat down --volumes',
  });
}
