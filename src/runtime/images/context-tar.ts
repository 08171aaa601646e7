import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pack, type Pack } from 'tar-stream';
import type { BuildInputs } from './recipe.ts';

/** The build context as a tar whose bytes depend on its contents alone. Errors of files surface on the stream. */
export function contextTar(inputs: BuildInputs): Readable {
  const tar = pack();
  fill(tar, inputs).catch((error: unknown) => {
    tar.destroy(error instanceof Error ? error : new Error(String(error)));
  });
  return Readable.from(tar, { objectMode: false });
}

async function fill(tar: Pack, { files, payload }: BuildInputs): Promise<void> {
  for (const { path, text, mode } of files) tar.entry(header(path, mode), text);
  for (const { path, source, mode } of payload?.files ?? []) {
    const { size } = await stat(source);
    await pipeline(createReadStream(source, { highWaterMark: 1 << 20 }), tar.entry({ ...header(path, mode), size }));
  }
  tar.finalize();
}

function header(name: string, mode: number) {
  return { name, mode, mtime: new Date(0), uid: 0, gid: 0 };
}
