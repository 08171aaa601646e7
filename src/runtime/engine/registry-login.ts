import { execa } from 'execa';
import * as z from 'zod';
import { messageOf, OperationError } from '../errors.ts';
import type { DockerConfig } from './docker-config.ts';

/** What the Engine hands to a registry (Engine API, "Authentication"). */
export type RegistryLogin =
  | { readonly username: string; readonly password: string; readonly serveraddress: string }
  | { readonly identitytoken: string; readonly serveraddress: string };

/** Docker's own registry, under the name that its clients keep its login by. */
const dockerHub = 'https://index.docker.io/v1/';
const helperTimeoutMs = 10_000;
/** In the place of a user's name: the secret is a token (docker-credential-helpers). */
const tokenUser = '<token>';
const answerSchema = z.object({ Username: z.string(), Secret: z.string() });

/**
 * The login that `docker login` keeps for an image's registry: in config.json itself, or with a credential helper. Undefined
 * where there is none. Rejects with OperationError when the helper fails.
 */
export async function registryLogin(config: DockerConfig, reference: string): Promise<RegistryLogin | undefined> {
  const host = registryOf(reference);
  const serveraddress = host === 'docker.io' ? dockerHub : host;
  const helper = config.credHelpers[serveraddress] ?? config.credHelpers[host] ?? config.credsStore;
  if (helper !== undefined && helper !== '') return askHelper(helper, serveraddress);
  const kept = Object.entries(config.auths).find(([key]) => hostOf(key) === hostOf(serveraddress))?.[1];
  if (kept?.identitytoken !== undefined && kept.identitytoken !== '') return { identitytoken: kept.identitytoken, serveraddress };
  const [username, password] = separated(Buffer.from(kept?.auth ?? '', 'base64').toString('utf8'));
  return username === '' ? undefined : { username, password, serveraddress };
}

/** `docker.io` unless the first part of the name is a host (distribution reference: a dot, a port, or localhost). */
function registryOf(reference: string): string {
  const [first = '', ...rest] = reference.split('/');
  return rest.length > 0 && (/[.:]/.test(first) || first === 'localhost') ? first : 'docker.io';
}

/** Older clients have kept a URL. */
function hostOf(key: string): string {
  return key.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
}

function separated(pair: string): readonly [string, string] {
  const colon = pair.indexOf(':');
  return colon < 0 ? ['', ''] : [pair.slice(0, colon), pair.slice(colon + 1)];
}

async function askHelper(helper: string, serveraddress: string): Promise<RegistryLogin | undefined> {
  const program = `docker-credential-${helper}`;
  const { failed, stdout, message } = await execa(program, ['get'], { input: serveraddress, timeout: helperTimeoutMs, reject: false });
  // Its way to say that it has none for this registry, on its standard output.
  if (failed && /credentials not found/i.test(stdout)) return undefined;
  if (failed) throw helperError(program, message ?? '');
  try {
    const { Username: username, Secret: password } = answerSchema.parse(JSON.parse(stdout));
    return username === tokenUser ? { identitytoken: password, serveraddress } : { username, password, serveraddress };
  } catch (error) {
    // What it said may be the secret.
    throw helperError(program, error instanceof z.ZodError ? 'not the answer of a credential helper' : messageOf(error));
  }
}

function helperError(program: string, why: string): OperationError {
  return new OperationError(`${program}, which Docker's config.json names for logins, failed: ${why.split('\n')[0] ?? ''}`, {
    remedy: 'pull the image with "docker pull" first, or mend the helper',
  });
}
