import { stat } from 'node:fs/promises';
import { ConfigError } from '../../runtime/errors.ts';
import { openBundle } from '../../runtime/images/bundle.ts';
import type { PlatformImage } from '../../runtime/images/list-images.ts';
import { bringImages, imagesOf, loadImages, saveImages, type ImagesOptions } from '../../runtime/platform/images.ts';
import type { Invocation } from '../invocation.ts';
import { formatImages, formatMegabytes, ImagesProgress } from '../present/images.ts';

/** Standard output or input, as tar has it. */
const standardStream = '-';

/** `images` and `images ls`. */
export async function runImagesList(invocation: Invocation): Promise<void> {
  const loaded = await invocation.loadConfig();
  const engine = await invocation.connect(loaded, { toRead: true });
  const images = await imagesOf({ loaded, engine });
  report(invocation, loaded.config.project, images, formatImages(images));
}

export async function runImagesPull(invocation: Invocation, { renew }: { readonly renew: boolean }): Promise<void> {
  const { images, project } = await work(invocation, 'pulled', (options) => bringImages(options, { renew }));
  report(invocation, project, images, formatImages(images));
}

export async function runImagesSave(invocation: Invocation, _options: object, [file = '']: readonly string[]): Promise<void> {
  if (file !== standardStream) {
    const { images, project } = await save(invocation, file);
    const { size } = await stat(file);
    report(invocation, project, images, `${file}: ${images.length} images, ${formatMegabytes(size)}`);
    return;
  }
  if (invocation.options.json) throw new ConfigError('images save -: the archive and --json both want standard output', { remedy: 'name a file' });
  if (process.stdout.isTTY) throw new ConfigError('images save -: standard output is a terminal', { remedy: 'send it to a file or a program: haplat images save - | ssh HOST haplat images load -' });
  await save(invocation, process.stdout);
}

export async function runImagesLoad(invocation: Invocation, _options: object, [file = '']: readonly string[]): Promise<void> {
  if (file === standardStream && process.stdin.isTTY) throw new ConfigError('images load -: standard input is a terminal', { remedy: 'name a file, or send one: haplat images load - < platform.tar' });
  const archive = file === standardStream ? process.stdin : await openBundle(file);
  const { images, project } = await work(invocation, 'loaded', (options, progress) => loadImages(options, archive, (line) => { progress.loading(line); }));
  report(invocation, project, images, formatImages(images));
}

async function save(invocation: Invocation, to: Parameters<typeof saveImages>[1]) {
  // The Engine puts an archive together for some ten seconds before it sends anything.
  invocation.note("… saving the platform's images");
  return work(invocation, 'saved', (options) => saveImages(options, to));
}

async function work(invocation: Invocation, what: string, run: (options: ImagesOptions, progress: ImagesProgress) => Promise<PlatformImage[]>) {
  const loaded = await invocation.loadConfig();
  const engine = await invocation.connect(loaded);
  const progress = new ImagesProgress(invocation.options);
  const options: ImagesOptions = {
    loaded,
    engine,
    signal: invocation.signal,
    onImage: (one) => { progress.image(one); },
    onBytes: (bytes) => { progress.bytes(what, bytes); },
  };
  try {
    return { images: await run(options, progress), project: loaded.config.project };
  } finally {
    progress.end();
  }
}

function report(invocation: Invocation, project: string, images: readonly PlatformImage[], text: string): void {
  invocation.result({ schema: 'haplat.images/1', project, images }, () => text);
}
