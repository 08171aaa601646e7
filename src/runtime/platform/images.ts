import type { Readable, Writable } from 'node:stream';
import type { LoadedConfig } from '../config/load-config.ts';
import type { Engine } from '../engine/port.ts';
import { OperationError } from '../errors.ts';
import { checkTarget, loadBundle, nameInBundle, saveBundle, writeBundle } from '../images/bundle.ts';
import { ensureImages, type ImageProgress } from '../images/ensure-images.ts';
import { listImages, type PlatformImage } from '../images/list-images.ts';
import { prepare } from './prepare.ts';

export interface ImagesOptions {
  readonly loaded: LoadedConfig;
  readonly engine: Engine;
  readonly signal: AbortSignal;
  readonly onImage: (progress: ImageProgress) => void;
  /** Bytes of the archive so far. */
  readonly onBytes: (bytes: number) => void;
}

/** What the platform of this configuration runs. Touches nothing. */
export async function imagesOf({ loaded, engine }: Pick<ImagesOptions, 'loaded' | 'engine'>): Promise<PlatformImage[]> {
  const { topology } = await prepare(loaded, { readOnly: true, engine });
  return listImages(engine, topology);
}

/** Pulls or builds what the Engine does not have, as `up` would; with `renew` all. Starts nothing. OperationError as `ensureImages`. */
export async function bringImages(options: ImagesOptions, { renew = false }: { readonly renew?: boolean } = {}): Promise<PlatformImage[]> {
  const { loaded, engine, signal } = options;
  const { topology, sources } = await prepare(loaded, { readOnly: true, engine });
  await ensureImages(engine, topology.images, { sources, signal, onProgress: options.onImage, renew });
  return listImages(engine, topology);
}

/** One archive of all of them, those that are missing brought first. To a file it is whole or not there. ConfigError before anything is brought. */
export async function saveImages(options: ImagesOptions, to: string | Writable): Promise<PlatformImage[]> {
  if (typeof to === 'string') await checkTarget(to);
  const { topology } = await prepare(options.loaded, { readOnly: true, engine: options.engine });
  const references = topology.images.map(({ reference }) => nameInBundle(reference));
  const images = await bringImages(options);
  await (typeof to === 'string' ? saveBundle(options.engine, references, to, options) : writeBundle(options.engine, references, to, options));
  return images;
}

/**
 * Takes in an archive. OperationError when the Engine can't use it, and when images of this platform are missing after
 * it: it is of another configuration or another haplat then.
 */
export async function loadImages(options: ImagesOptions, archive: Readable, onProgress: (line: string) => void): Promise<PlatformImage[]> {
  await loadBundle(options.engine, archive, { ...options, onProgress });
  const images = await imagesOf(options);
  const missing = images.filter(({ present }) => !present).map(({ reference }) => reference);
  if (missing.length > 0) {
    throw new OperationError(`the archive is loaded, and the platform still lacks ${missing.join(', ')}`, {
      remedy: 'save it with the same haplat and the same haplat.yaml, or get the others with "haplat images pull"',
    });
  }
  return images;
}
