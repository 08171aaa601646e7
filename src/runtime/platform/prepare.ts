import { realpath } from 'node:fs/promises';
import { loadAssets } from '../assets/assets.ts';
import type { LoadedConfig } from '../config/load-config.ts';
import { defaultEngineSocket } from '../engine/endpoint.ts';
import type { Engine, EngineInfo } from '../engine/port.ts';
import { findPayload } from '../images/find-payload.ts';
import { ourImageReferences, type RecipeSources } from '../images/recipe.ts';
import { loadSecrets } from '../secrets/load-secrets.ts';
import { buildTopology } from '../topology/build-topology.ts';
import type { TopologyContext } from '../topology/context.ts';
import type { Topology } from '../topology/topology.ts';

/** Whom our own containers run as when haplat runs as root: nobody on the host should have this uid. */
const containerUid = 10001;

/** What should exist, and what is needed to build our own images. */
export interface Prepared {
  readonly topology: Topology;
  readonly context: TopologyContext;
  readonly sources: (baseImage: string) => RecipeSources;
}

/**
 * Works out the desired topology. With `readOnly` nothing is written: secrets that are not there yet are made up for
 * this call, and containers made from them would differ, as they must be created anyway. Without `engine` it is for one
 * that runs as root.
 */
export async function prepare(
  loaded: LoadedConfig,
  options: { readonly readOnly: boolean; readonly onWarning?: (message: string) => void; readonly engine?: Pick<Engine, 'info' | 'socketPath'> },
): Promise<Prepared> {
  const { config, source, stateDirectory } = loaded;
  const { templates } = loadAssets();
  const payload = findPayload();
  const sources = (baseImage: string): RecipeSources => ({ templates, baseImage, traefikImage: config.loadBalancers.image, payload });
  const secrets = await loadSecrets({ stateDirectory, config, source, ...options });
  const info = await options.engine?.info();
  const context: TopologyContext = {
    config,
    stateDirectory,
    owner: containerOwner(info),
    engineSocket: config.engine.socketPath ?? (await socketOnHost(options.engine?.socketPath, info)),
    images: ourImageReferences(sources(config.baseImage)),
    secrets,
    templates,
  };
  return { topology: buildTopology(context), context, sources };
}

/**
 * The user that our own containers run as: never root on the host, and able to read what this user wrote. In containers
 * of an Engine without root this user is called root.
 */
export function containerOwner(info?: Pick<EngineInfo, 'users'>): { readonly uid: number; readonly gid: number } {
  if (info?.users === 'rootless') return { uid: 0, gid: 0 };
  const uid = process.getuid?.() ?? 0;
  const gid = process.getgid?.() ?? 0;
  return uid === 0 ? { uid: containerUid, gid: containerUid } : { uid, gid };
}

/**
 * The Engine's socket as a container mounts it: the one that we use, where the Engine is on this machine. In front of an
 * Engine in a virtual machine it is a stand-in that only this side has. Another way to the usual one is no change.
 */
export async function socketOnHost(
  ours: string | undefined,
  info: Pick<EngineInfo, 'operatingSystem'> | undefined,
  { platform = process.platform, usual = defaultEngineSocket }: { readonly platform?: NodeJS.Platform; readonly usual?: string } = {},
): Promise<string> {
  const isHere = platform === 'linux' && info?.operatingSystem !== 'Docker Desktop';
  if (!isHere || ours === undefined) return usual;
  const [one, other] = await Promise.all([ours, usual].map((path) => realpath(path).catch(() => path)));
  return one === other ? usual : ours;
}
