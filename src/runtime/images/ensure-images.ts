import { labels } from '../engine/labels.ts';
import type { Engine } from '../engine/port.ts';
import { EngineUnreachableError, InterruptedError, messageOf, OperationError } from '../errors.ts';
import type { ImageSpec } from '../topology/topology.ts';
import { contextTar } from './context-tar.ts';
import { buildInputs, type RecipeSources } from './recipe.ts';

export interface ImageProgress {
  readonly reference: string;
  readonly action: 'present' | 'pull' | 'build';
  readonly state: 'started' | 'running' | 'done';
  /** The Engine's words. */
  readonly line?: string;
}

export interface EnsureOptions {
  /** Called only when something has to be built. */
  readonly sources: (baseImage: string) => RecipeSources;
  readonly onProgress?: (progress: ImageProgress) => void;
  readonly signal?: AbortSignal;
  /** What is there is pulled again, and built again on what was pulled. */
  readonly renew?: boolean;
}

/** What of the Engine images need. */
export type ImageEngine = Pick<Engine, 'inspectImage' | 'pullImage' | 'buildImage'>;

/**
 * Makes every image present: what the Engine has is used as it is (unless renewed), the rest pulled or built, all at once. The first
 * failure stops the others and is thrown: OperationError with what the registry or the build said.
 */
export async function ensureImages(engine: ImageEngine, specs: readonly ImageSpec[], options: EnsureOptions): Promise<void> {
  const stop = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;
  const run = new EnsureRun(engine, { ...options, signal });
  const all = specs.map((spec) => run.ensure(spec));
  try {
    await Promise.all(all);
  } catch (error) {
    stop.abort();
    await Promise.allSettled(all);
    throw error;
  }
}

class EnsureRun {
  readonly #engine: ImageEngine;
  readonly #options: EnsureOptions & { readonly signal: AbortSignal };
  /** Two images with the same base, or the same image named twice, are fetched once. */
  readonly #running = new Map<string, Promise<void>>();

  constructor(engine: ImageEngine, options: EnsureOptions & { readonly signal: AbortSignal }) {
    this.#engine = engine;
    this.#options = options;
  }

  ensure(spec: ImageSpec): Promise<void> {
    const running = this.#running.get(spec.reference) ?? this.#ensure(spec);
    this.#running.set(spec.reference, running);
    return running;
  }

  async #ensure(spec: ImageSpec): Promise<void> {
    const { reference, kind } = spec;
    if (this.#options.signal.aborted) throw new InterruptedError();
    const isPresent = (await this.#engine.inspectImage(reference)) !== undefined;
    if (isPresent && !(this.#options.renew === true && canChange(reference))) {
      this.#options.onProgress?.({ reference, action: 'present', state: 'done' });
      return;
    }
    this.#options.onProgress?.({ reference, action: kind, state: 'started' });
    await (kind === 'pull' ? this.#pull(reference, isPresent) : this.#build(spec));
    this.#options.onProgress?.({ reference, action: kind, state: 'done' });
  }

  async #pull(reference: string, isPresent: boolean): Promise<void> {
    try {
      await this.#engine.pullImage(withTag(reference), this.#progress(reference, 'pull'));
    } catch (error) {
      throw pullError(reference, isPresent, error);
    }
  }

  async #build(spec: Extract<ImageSpec, { kind: 'build' }>): Promise<void> {
    const { reference, recipe, baseImage } = spec;
    const inputs = buildInputs(recipe, this.#options.sources(baseImage));
    const { traefikImage } = inputs;
    const bases = [baseImage, ...(traefikImage === undefined ? [] : [traefikImage])];
    await Promise.all(bases.map((base) => this.ensure({ kind: 'pull', reference: base })));
    const context = contextTar(inputs);
    const unreadable = new AbortController();
    // The Engine would wait for the rest of a context that broke off.
    context.on('error', (error) => {
      unreadable.abort(error);
    });
    const progress = this.#progress(reference, 'build');
    try {
      await this.#engine.buildImage({
        ...progress,
        signal: AbortSignal.any([progress.signal, unreadable.signal]),
        tag: reference,
        context,
        // What a build installs may be newer by now, and the Engine would not look.
        withoutCache: this.#options.renew === true,
        labels: { [labels.recipe]: recipe },
        buildArgs: { BASE_IMAGE: baseImage, ...(traefikImage !== undefined && { TRAEFIK_IMAGE: traefikImage }) },
      });
    } catch (error) {
      throw buildError(reference, unreadable.signal.aborted ? unreadable.signal.reason : error);
    } finally {
      context.destroy();
    }
  }

  #progress(reference: string, action: 'pull' | 'build') {
    return {
      signal: this.#options.signal,
      onProgress: (line: string) => this.#options.onProgress?.({ reference, action, state: 'running', line }),
    };
  }
}

/** Without a tag the Engine would take every tag there is. */
export function withTag(reference: string): string {
  const lastPart = reference.slice(reference.lastIndexOf('/') + 1);
  return /[:@]/.test(lastPart) ? reference : `${reference}:latest`;
}

/** A digest is always the same image. */
function canChange(reference: string): boolean {
  return !reference.includes('@');
}

function pullError(reference: string, isPresent: boolean, error: unknown): unknown {
  if (error instanceof InterruptedError || error instanceof EngineUnreachableError) return error;
  if (isPresent) {
    return new OperationError(`the image ${reference} can't be pulled again: ${messageOf(error)}`, {
      cause: error,
      remedy: 'the one that is there stays in use; without --renew it is not pulled',
    });
  }
  return new OperationError(`the image ${reference} is not on the Engine and can't be pulled: ${messageOf(error)}`, {
    cause: error,
    remedy: 'name one that can be pulled in haplat.yaml; on Debian, scripts/images builds the default ones without a registry',
  });
}

function buildError(reference: string, error: unknown): unknown {
  if (error instanceof InterruptedError || error instanceof EngineUnreachableError) return error;
  return new OperationError(`the image ${reference} can't be built: ${messageOf(error)}`, {
    cause: error,
    remedy: 'a build installs Debian packages: check that the Engine reaches a Debian mirror',
    details: error instanceof OperationError ? error.details : [],
  });
}
