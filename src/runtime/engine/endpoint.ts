import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { DockerOptions } from 'dockerode';
import * as z from 'zod';
import { ConfigError } from '../errors.ts';
import { readIfThere } from '../files/read-if-there.ts';

export const defaultEngineSocket = '/var/run/docker.sock';

/** Where an Engine is, and how it is reached. */
export type EngineEndpoint =
  | { readonly kind: 'socket'; readonly path: string }
  /** By what DOCKER_HOST, DOCKER_TLS_VERIFY and DOCKER_CERT_PATH say. */
  | { readonly kind: 'environment' }
  /** By TCP or SSH; with certificates: by TLS. */
  | { readonly kind: 'remote'; readonly host: URL; readonly tls: TlsFiles };

interface TlsFiles {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

export interface EndpointOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homeDirectory: string;
  /** `engine.socketPath`, where the configuration names one. */
  readonly socketPath?: string | undefined;
}

const fileSchema = z.object({ currentContext: z.string().optional() });
const metaSchema = z.object({ Endpoints: z.object({ docker: z.object({ Host: z.string() }) }) });
/** Of an Engine that is given without one (IANA: docker-s, docker, ssh). */
const [tlsPort, plainPort, sshPort] = [2376, 2375, 22];
/** The name that means none: DOCKER_HOST, else the usual socket. */
const noContext = 'default';

/**
 * The Engine that is meant, in the order of Docker's own command line (docker-context-use(1)): DOCKER_HOST, the context of
 * DOCKER_CONTEXT, that of `docker context use`, the usual socket. A socket that the configuration names goes before the
 * context in use. Throws ConfigError for a context that is not there or makes no sense.
 */
export async function findEndpoint({ env, homeDirectory, socketPath }: EndpointOptions): Promise<EngineEndpoint> {
  const host = env['DOCKER_HOST'] ?? '';
  if (host.startsWith('unix://')) return socketAt(host.slice('unix://'.length));
  if (host !== '') return { kind: 'environment' };
  const folder = env['DOCKER_CONFIG'] ?? join(homeDirectory, '.docker');
  const named = env['DOCKER_CONTEXT'] ?? '';
  if (named === '' && socketPath !== undefined) return socketAt(socketPath);
  const context = named === '' ? await contextInUse(folder) : named;
  return context === noContext ? socketAt(socketPath ?? defaultEngineSocket) : endpointOf(context, folder);
}

function socketAt(path: string): EngineEndpoint {
  return { kind: 'socket', path: path === '' ? defaultEngineSocket : path };
}

async function contextInUse(folder: string): Promise<string> {
  const path = join(folder, 'config.json');
  const text = await readIfThere(path);
  const context = text === undefined ? '' : parsed(path, text, fileSchema).currentContext ?? '';
  return context === '' ? noContext : context;
}

async function endpointOf(context: string, folder: string): Promise<EngineEndpoint> {
  // Docker's command line keeps a context under the digest of its name.
  const digest = createHash('sha256').update(context).digest('hex');
  const path = join(folder, 'contexts/meta', digest, 'meta.json');
  const text = await readIfThere(path);
  if (text === undefined) {
    throw new ConfigError(`there is no Docker context ${context}`, {
      remedy: '"docker context ls" shows those that there are; "docker context use", DOCKER_CONTEXT or DOCKER_HOST names another',
    });
  }
  const { Host: host } = parsed(path, text, metaSchema).Endpoints.docker;
  if (host.startsWith('unix://')) return socketAt(host.slice('unix://'.length));
  if (!URL.canParse(host)) throw new ConfigError(`Docker context ${context}: ${host} is no address of an Engine`, { remedy: `mend it with "docker context update ${context}"` });
  return { kind: 'remote', host: new URL(host), tls: await readTls(join(folder, 'contexts/tls', digest, 'docker')) };
}

async function readTls(folder: string): Promise<TlsFiles> {
  const [ca, cert, key] = await Promise.all(['ca', 'cert', 'key'].map((name) => readIfThere(join(folder, `${name}.pem`))));
  return { ...(ca !== undefined && { ca }), ...(cert !== undefined && { cert }), ...(key !== undefined && { key }) };
}

/** What dockerode is told; what it is not told, it reads from the environment. */
export function dockerOptions(endpoint: EngineEndpoint): DockerOptions {
  if (endpoint.kind === 'environment') return {};
  if (endpoint.kind === 'socket') return { socketPath: endpoint.path };
  const { host: { hostname, port, username, protocol }, tls } = endpoint;
  const agent = process.env['SSH_AUTH_SOCK'];
  if (protocol === 'ssh:') return { protocol: 'ssh', host: hostname, port: port || sshPort, username, sshOptions: agent === undefined ? {} : { agent } };
  const isTls = Object.keys(tls).length > 0;
  return { protocol: isTls ? 'https' : 'http', host: hostname, port: port || (isTls ? tlsPort : plainPort), ...tls };
}

function parsed<T>(path: string, text: string, schema: z.ZodType<T>): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new ConfigError(`${path} is not what Docker writes there`, { cause, remedy: 'mend it, or say in DOCKER_HOST where the Engine is' });
  }
}
