import { constants as modes, createWriteStream } from 'node:fs';
import { access, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Transform, type Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createGzip } from 'node:zlib';
import type { Engine } from '../engine/port.ts';
import { ConfigError, InterruptedError, messageOf, OperationError } from '../errors.ts';
import { withTag } from './ensure-images.ts';

export interface BundleOptions {
  readonly signal: AbortSignal;
  /** Bytes of the archive so far, before compression. */
  readonly onBytes: (bytes: number) => void;
}

/** The Engine's archive of these images, written to a stream that is left open. */
export async function writeBundle(engine: Pick<Engine, 'saveImages'>, references: readonly string[], to: Writable, options: BundleOptions): Promise<void> {
  const archive = await engine.saveImages(references, options);
  await transfer(() => pipeline(archive, counting(options.onBytes), endsWhole(), to, { signal: options.signal, end: false }), options.signal, "the images can't be written");
}

/** ConfigError when such a file can't be written, before anything is done for it. What is there stays. */
export async function checkTarget(file: string): Promise<void> {
  try {
    await access(dirname(file), modes.W_OK | modes.X_OK);
    const found = await stat(file).catch(() => undefined);
    if (found?.isDirectory() === true) throw new Error('it is a folder');
    if (found?.isFile() === false) throw new Error('it is no regular file, and would be replaced by one');
  } catch (error) {
    throw new ConfigError(`${file} can't be written: ${messageOf(error)}`, { cause: error, remedy: 'name a file in a folder that is there and yours' });
  }
}

/** As which an image goes into an archive. ConfigError for a digest: an archive has tags, and what is loaded from it could not be found by another name. */
export function nameInBundle(reference: string): string {
  if (!reference.includes('@')) return withTag(reference);
  throw new ConfigError(`images save: ${reference} has a digest, and an archive keeps tags alone`, {
    remedy: `give it one of your own ("docker tag ${reference} NAME:TAG") and name that in haplat.yaml`,
  });
}

/**
 * The Engine's archive of these images in a file, compressed where its name ends in `.gz`. It is there once it is
 * whole: what is written first has `.partial` behind its name. OperationError when it breaks off.
 */
export async function saveBundle(engine: Pick<Engine, 'saveImages'>, references: readonly string[], to: string, options: BundleOptions): Promise<void> {
  // Where a link leads, so that it stays one.
  const file = await realpath(to).catch(() => to);
  const partial = `${file}.partial`;
  try {
    const archive = await engine.saveImages(references, options);
    const target = createWriteStream(partial, { flush: true });
    const checked = [counting(options.onBytes), endsWhole()];
    const steps = to.endsWith('.gz') ? [...checked, createGzip({ level: constants.Z_BEST_SPEED })] : checked;
    await transfer(() => pipeline([archive, ...steps, target], { signal: options.signal }), options.signal, `${to} can't be written`);
    await rename(partial, file);
  } finally {
    await rm(partial, { force: true });
  }
}

/** Takes in an archive. OperationError when it breaks off or the Engine does not take it. */
export async function loadBundle(engine: Pick<Engine, 'loadImages'>, from: Readable, options: BundleOptions & { readonly onProgress: (line: string) => void }): Promise<void> {
  const counted = counting(options.onBytes);
  const stop = new AbortController();
  // What breaks it off breaks off the Engine's part too, and is told there.
  const reading = pipeline(from, counted, { signal: AbortSignal.any([options.signal, stop.signal]) }).catch(() => undefined);
  try {
    await engine.loadImages(counted, { signal: options.signal, onProgress: options.onProgress });
  } catch (error) {
    throw error instanceof OperationError ? notTaken(error) : error;
  } finally {
    // Of what is no archive the Engine leaves the rest unread.
    stop.abort();
    await reading;
  }
}

/** ConfigError when it can't be opened, before anything is sent. */
export async function openBundle(file: string): Promise<Readable> {
  try {
    await refuseFolder(file);
    const handle = await open(file, 'r');
    return handle.createReadStream();
  } catch (error) {
    throw new ConfigError(`${file} can't be read: ${messageOf(error)}`, { cause: error, remedy: 'name an archive that "haplat images save" wrote' });
  }
}

async function refuseFolder(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory() === true) throw new Error('it is a folder');
}

function notTaken(cause: OperationError): OperationError {
  return new OperationError(`the Engine does not take the archive: ${cause.message}`, { cause, remedy: 'use one that "haplat images save" wrote, whole' });
}

async function transfer(run: () => Promise<void>, signal: AbortSignal, what: string): Promise<void> {
  try {
    await run();
  } catch (error) {
    // An answer that is aborted may say that its connection was reset.
    if (signal.aborted) throw new InterruptedError();
    throw new OperationError(`${what}: ${messageOf(error)}`, { cause: error, remedy: 'run the same command again; "df -h" shows whether there is room' });
  }
}

function counting(onBytes: (bytes: number) => void): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      onBytes(bytes);
      done(null, chunk);
    },
  });
}

/** Two blocks of zeros end a tar archive (pax(1), "ustar Interchange Format"). */
const endBytes = 1024;

/**
 * Fails at the end of what is no whole archive. An Engine that meets an error when it has begun can only write what it is
 * into the archive, and end that well.
 */
function endsWhole(): Transform {
  let tail = Buffer.alloc(0);
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      tail = Buffer.concat([tail, chunk]).subarray(-endBytes);
      done(null, chunk);
    },
    flush(done) {
      const isWhole = tail.length === endBytes && tail.every((byte) => byte === 0);
      done(isWhole ? null : new Error(`the Engine sent no whole archive${saidIn(tail)}`));
    },
  });
}

/** What the Engine says of an error, in the last bytes of what should have been an archive. */
function saidIn(tail: Buffer): string {
  const said = /"message":"(?<text>[^"]+)"/.exec(tail.toString('latin1'))?.groups?.['text'];
  return said === undefined ? '' : `: ${said}`;
}
