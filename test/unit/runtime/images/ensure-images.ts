import { buffer } from 'node:stream/consumers';
import test from 'ava';
import type { BuildOptions, ObservedImage, ProgressOptions } from '../../../../src/runtime/engine/port.ts';
import { EngineUnreachableError, InterruptedError, OperationError } from '../../../../src/runtime/errors.ts';
import { ensureImages, type EnsureOptions, type ImageProgress } from '../../../../src/runtime/images/ensure-images.ts';
import { executablePayload } from '../../../../src/runtime/images/payload.ts';
import type { ImageSpec } from '../../../../src/runtime/topology/topology.ts';

class ImageStore {
  readonly calls: string[] = [];
  readonly present: Set<string>;
  pullFailure: Error | undefined;

  constructor(present: readonly string[]) {
    this.present = new Set(present);
  }

  inspectImage(reference: string): Promise<ObservedImage | undefined> {
    const image = { id: 'sha256:1', sizeBytes: 1, env: {} };
    return Promise.resolve(this.present.has(reference) ? image : undefined);
  }

  pullImage(reference: string, { onProgress }: ProgressOptions): Promise<void> {
    this.calls.push(`pull ${reference}`);
    if (this.pullFailure) return Promise.reject(this.pullFailure);
    onProgress?.('Pulling');
    this.present.add(reference);
    return Promise.resolve();
  }

  async buildImage({ tag, context, buildArgs, signal, withoutCache }: BuildOptions & ProgressOptions): Promise<void> {
    this.calls.push(`build ${tag} from ${buildArgs?.['BASE_IMAGE']}${withoutCache === true ? ' anew' : ''}`);
    const read = buffer(context);
    // Like the real Engine, which waits for the rest of a context that breaks off, and rejects on abort only.
    await Promise.race([
      read.catch(() => new Promise<never>(() => undefined)),
      new Promise((_, reject) => signal?.addEventListener('abort', () => { reject(new InterruptedError()); })),
    ]);
    this.present.add(tag);
  }
}

const keepalived: ImageSpec = { kind: 'build', reference: 'haplat/keepalived:1', recipe: 'keepalived', baseImage: 'base:1' };
const edge: ImageSpec = { kind: 'build', reference: 'haplat/edge:1', recipe: 'edge', baseImage: 'base:1' };
const runtime: ImageSpec = { kind: 'build', reference: 'haplat/runtime:1', recipe: 'runtime', baseImage: 'base:1' };
const postgres: ImageSpec = { kind: 'pull', reference: 'postgres:17' };

const sources: EnsureOptions['sources'] = (baseImage) => ({
  templates: { 'keepalived/Dockerfile': 'FROM x', 'edge/Dockerfile': 'FROM x', 'runtime/Dockerfile': 'FROM x' },
  baseImage,
  traefikImage: 'traefik:v3',
  payload: executablePayload('b1', '/nowhere/haplat'),
});
const ensure = (store: ImageStore, specs: readonly ImageSpec[], options: Partial<EnsureOptions> = {}) =>
  ensureImages(store, specs, { sources, ...options });

test('what is present is pulled and built again when it is to be renewed, but for what has a digest', async (t) => {
  const pinned: ImageSpec = { kind: 'pull', reference: 'rabbitmq@sha256:0123' };
  const store = new ImageStore(['postgres:17', 'haplat/keepalived:1', 'base:1', pinned.reference]);
  await ensure(store, [pinned, keepalived, edge], { renew: true });
  t.deepEqual(store.calls, ['pull base:1', 'build haplat/keepalived:1 from base:1 anew', 'build haplat/edge:1 from base:1 anew']);
  store.pullFailure = new Error('no such host');
  const error = await t.throwsAsync(ensure(store, [postgres], { renew: true }), { instanceOf: OperationError });
  t.is(error.message, "the image postgres:17 can't be pulled again: no such host");
});

test('images that are present are neither pulled nor built', async (t) => {
  const store = new ImageStore(['postgres:17', 'haplat/keepalived:1']);
  await ensure(store, [postgres, keepalived]);
  t.deepEqual(store.calls, []);
});

test('a base image that two builds share is pulled once, before them', async (t) => {
  const store = new ImageStore([]);
  await ensure(store, [keepalived, edge]);
  t.deepEqual(store.calls, [
    'pull base:1', 'build haplat/keepalived:1 from base:1', 'build haplat/edge:1 from base:1',
  ]);
});

test('an image without a tag is pulled as latest, a registry’s port is no tag', async (t) => {
  const store = new ImageStore([]);
  await ensure(store, [{ kind: 'pull', reference: 'localhost:5000/app' }, { kind: 'pull', reference: 'localhost:5000/app:2' }]);
  t.deepEqual(store.calls, ['pull localhost:5000/app:latest', 'pull localhost:5000/app:2']);
});

test('progress tells what is done for each image', async (t) => {
  const seen: ImageProgress[] = [];
  await ensure(new ImageStore(['postgres:17']), [postgres, { kind: 'pull', reference: 'a:1' }], {
    onProgress: (progress) => seen.push(progress),
  });
  t.deepEqual(seen, [
    { reference: 'postgres:17', action: 'present', state: 'done' },
    { reference: 'a:1', action: 'pull', state: 'started' },
    { reference: 'a:1', action: 'pull', state: 'running', line: 'Pulling' },
    { reference: 'a:1', action: 'pull', state: 'done' },
  ]);
});

test('a pull that fails names the reference, the registry’s answer and a way out', async (t) => {
  const store = new ImageStore([]);
  store.pullFailure = new OperationError('pull postgres:17: manifest unknown');
  const error = await t.throwsAsync(ensure(store, [postgres]), { instanceOf: OperationError });
  t.regex(error.message, /postgres:17 .*manifest unknown/);
  t.regex(error.remedy ?? '', /scripts\/images/);
});

test('a context that can’t be read fails the build at once with the file’s name', async (t) => {
  const error = await t.throwsAsync(ensure(new ImageStore(['base:1']), [runtime]), { instanceOf: OperationError });
  t.regex(error.message, /haplat\/runtime:1 .*\/nowhere\/haplat/);
});

test('an Engine that is gone and an interruption are passed on as what they are', async (t) => {
  const store = new ImageStore([]);
  store.pullFailure = new EngineUnreachableError('gone');
  await t.throwsAsync(ensure(store, [postgres]), { instanceOf: EngineUnreachableError });
  await t.throwsAsync(ensure(store, [postgres], { signal: AbortSignal.abort() }), { instanceOf: InterruptedError });
});
