import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { DockerOptions } from 'dockerode';
import * as z from 'zod';
import { ConfigError } from '../errors.ts';
import { readIfThere } from '../files/read-if-there.ts';
import { dockerFolder, parseDockerFile, readDockerConfig, type DockerHome } from './docker-config.ts';

export const defaultEngineSocket = '/var/run/docker.sock';

/** Where an Engine is, and how it is reached. */
export type EngineEndpoint =
  | { readonly kind: 'socket'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: URL; readonly isTls: boolean; readonly tls: TlsFiles };

/** Texts of the files that Docker's clients have: whom to trust, and who we are. */
interface TlsFiles {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

export interface EndpointOptions extends DockerHome {
  /** `engine.socketPath`, where the configuration names one. */
  readonly socketPath?: string | undefined;
}

const metaSchema = z.object({ Endpoints: z.object({ docker: z.object({ Host: z.string() }) }) });
/** Of an Engine that is given without one (IANA: docker-s, docker). */
const [tlsPort, plainPort] = [2376, 2375];
/** `ca.pem`, … */
const tlsNames = ['ca', 'cert', 'key'] as const;
/** The name that means none. */
const noContext = 'default';

/**
 * The Engine that is meant, in the order of Docker's own command line (docker-context-use(1)): DOCKER_HOST, the context of
 * DOCKER_CONTEXT, that of `docker context use`, the usual socket. A socket that the configuration names goes before the
 * context in use. Throws ConfigError for what is not there, makes no sense, or is reached by SSH.
 */
export async function findEndpoint({ env, homeDirectory, socketPath }: EndpointOptions): Promise<EngineEndpoint> {
  const folder = dockerFolder({ env, homeDirectory });
  const host = env['DOCKER_HOST'] ?? '';
  if (host !== '') return endpointAt(host, 'DOCKER_HOST', await environmentTls(env, folder));
  const chosen = env['DOCKER_CONTEXT'] ?? '';
  if (chosen === '' && socketPath !== undefined) return { kind: 'socket', path: socketPath };
  const context = chosen === '' ? await contextInUse(folder) : chosen;
  return context === noContext ? { kind: 'socket', path: socketPath ?? defaultEngineSocket } : endpointOf(context, folder);
}

/** TLS is asked for by DOCKER_TLS_VERIFY, whatever it says but nothing. */
async function environmentTls(env: EndpointOptions['env'], folder: string): Promise<TlsFiles | undefined> {
  if ((env['DOCKER_TLS_VERIFY'] ?? '') === '') return undefined;
  const named = env['DOCKER_CERT_PATH'] ?? '';
  const tls = await readTls(named === '' ? folder : named);
  if (named !== '' && Object.keys(tls).length < tlsNames.length) {
    throw new ConfigError(`DOCKER_CERT_PATH: ${named} does not have ${tlsNames.map((name) => `${name}.pem`).join(', ')}`, { remedy: 'name the folder that has them' });
  }
  return tls;
}

async function contextInUse(folder: string): Promise<string> {
  const context = (await readDockerConfig(folder)).currentContext ?? '';
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
  const tls = await readTls(join(folder, 'contexts/tls', digest, 'docker'));
  return endpointAt(parseDockerFile(path, text, metaSchema).Endpoints.docker.Host, `Docker context ${context}`, Object.keys(tls).length > 0 ? tls : undefined);
}

function endpointAt(address: string, origin: string, tls: TlsFiles | undefined): EngineEndpoint {
  const socket = /^(?:unix|npipe):\/\/(.*)$/.exec(address)?.[1];
  if (socket !== undefined) return { kind: 'socket', path: socket === '' ? defaultEngineSocket : socket };
  // Of http a URL would leave out port 80, of https 443.
  const text = address.includes('://') ? address.replace(/^https?:/, 'tcp:') : `tcp://${address}`;
  const host = URL.canParse(text) ? new URL(text) : undefined;
  if (host?.protocol === 'ssh:') {
    throw new ConfigError(`${origin}: ${address}: haplat does not reach an Engine by SSH`, { remedy: 'run haplat on that machine' });
  }
  if (host?.protocol !== 'tcp:' || host.hostname === '') {
    throw new ConfigError(`${origin}: ${address} is no address of an Engine`, { remedy: `such are unix://${defaultEngineSocket} and tcp://192.0.2.1:${tlsPort}` });
  }
  return { kind: 'tcp', host, isTls: tls !== undefined || address.startsWith('https:'), tls: tls ?? {} };
}

async function readTls(folder: string): Promise<TlsFiles> {
  const texts = await Promise.all(tlsNames.map(async (name) => [name, await readIfThere(join(folder, `${name}.pem`))] as const));
  return Object.fromEntries(texts.filter(([, text]) => text !== undefined));
}

/** What dockerode is told, so that it decides nothing by itself. */
export function dockerOptions(endpoint: EngineEndpoint): DockerOptions {
  if (endpoint.kind === 'socket') return { socketPath: endpoint.path };
  const { host: { hostname, port }, isTls, tls } = endpoint;
  return { protocol: isTls ? 'https' : 'http', host: hostname, port: port === '' ? (isTls ? tlsPort : plainPort) : port, ...tls };
}
