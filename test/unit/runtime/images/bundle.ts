import { lstat, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import test from 'ava';
import type { Engine } from '../../../../src/runtime/engine/port.ts';
import { ConfigError, InterruptedError, OperationError } from '../../../../src/runtime/errors.ts';
import { checkTarget, loadBundle, nameInBundle, openBundle, saveBundle, writeBundle } from '../../../../src/runtime/images/bundle.ts';

const signal = new AbortController().signal;
const silent = { signal, onBytes: () => undefined };
/** What ends a tar archive. */
const end = Buffer.alloc(1024);
const saves = (archive: () => NodeJS.ReadableStream): Pick<Engine, 'saveImages'> => ({ saveImages: () => Promise.resolve(archive()) });

let folder: string;
test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'haplat-bundle-'));
});
test.after.always(() => rm(folder, { recursive: true, force: true }));

test('an image goes into a bundle by one tag, and not by a digest, which would be lost there', (t) => {
  t.is(nameInBundle('rabbitmq:4-management'), 'rabbitmq:4-management');
  t.is(nameInBundle('registry.example:5000/rabbitmq'), 'registry.example:5000/rabbitmq:latest');
  const error = t.throws(() => nameInBundle('postgres:17@sha256:0123'), { instanceOf: ConfigError });
  t.is(error.remedy, 'give it one of your own ("docker tag postgres:17@sha256:0123 NAME:TAG") and name that in haplat.yaml');
});

test('a bundle is what the Engine sends, and compressed where its name says so', async (t) => {
  const asked: string[][] = [];
  const engine: Pick<Engine, 'saveImages'> = {
    saveImages: (references) => {
      asked.push([...references]);
      return Promise.resolve(Readable.from([Buffer.from('arch'), Buffer.from('ive'), end]));
    },
  };
  const counts: number[] = [];
  await saveBundle(engine, ['a:1', 'b:2'], join(folder, 'plain.tar'), { signal, onBytes: (bytes) => { counts.push(bytes); } });
  await saveBundle(engine, ['a:1'], join(folder, 'small.tar.gz'), silent);
  t.is(await readFile(join(folder, 'plain.tar'), 'utf8'), `archive${end.toString()}`);
  t.is(gunzipSync(await readFile(join(folder, 'small.tar.gz'))).toString(), `archive${end.toString()}`);
  t.deepEqual(asked, [['a:1', 'b:2'], ['a:1']]);
  t.deepEqual(counts, [4, 7, 1031]);
});

test('what breaks off leaves the file of before, and no part', async (t) => {
  const file = join(folder, 'kept.tar');
  await writeFile(file, 'before');
  const breaking = saves(() => Readable.from((function* () {
    yield Buffer.from('arch');
    throw new Error('connection lost');
  })()));
  const error = await t.throwsAsync(saveBundle(breaking, [], file, silent), { instanceOf: OperationError });
  t.true(error.message.endsWith("kept.tar can't be written: connection lost"));
  t.is(await readFile(file, 'utf8'), 'before');
  t.false((await readdir(folder)).includes('kept.tar.partial'));
});

test('an archive that ends with what the Engine says of an error is none, however well it ends', async (t) => {
  const file = join(folder, 'broken.tar');
  const failing = saves(() => Readable.from([Buffer.from('arch'), Buffer.from('{"errorDetail":{"message":"content digest not found"},"error":"content digest not found"}\n')]));
  const error = await t.throwsAsync(saveBundle(failing, [], file, silent), { instanceOf: OperationError });
  t.regex(error.message, /the Engine sent no whole archive: content digest not found$/);
  t.false((await readdir(folder)).some((name) => name.startsWith('broken')));
});

test('a link stays one, and what is no file is not made one', async (t) => {
  const [file, link] = [join(folder, 'linked.tar'), join(folder, 'link.tar')];
  await writeFile(file, 'before');
  await symlink(file, link);
  await saveBundle(saves(() => Readable.from([Buffer.from('archive'), end])), [], link, silent);
  t.true((await lstat(link)).isSymbolicLink());
  t.true((await readFile(file, 'utf8')).startsWith('archive'));
  await t.throwsAsync(checkTarget('/dev/null'), { instanceOf: ConfigError, message: /no regular file/ });
});

test('an interrupted one is interrupted, whatever the connection says of it', async (t) => {
  const interrupt = new AbortController();
  const archive = new PassThrough();
  archive.write('arch');
  const saving = saveBundle(saves(() => archive), [], join(folder, 'interrupted.tar'), {
    signal: interrupt.signal,
    onBytes: () => {
      interrupt.abort();
      archive.destroy(new Error('aborted'));
    },
  });
  await t.throwsAsync(saving, { instanceOf: InterruptedError });
  t.false((await readdir(folder)).some((name) => name.startsWith('interrupted')));
});

test('a stream that the archive is written to stays open', async (t) => {
  const output = new PassThrough();
  const read = text(output);
  await writeBundle(saves(() => Readable.from([Buffer.from('archive'), end])), [], output, silent);
  output.end('!');
  t.is(await read, `archive${end.toString()}!`);
});

test('an archive is sent whole, and its bytes are counted', async (t) => {
  let received = '';
  const counts: number[] = [];
  const engine: Pick<Engine, 'loadImages'> = {
    loadImages: async (archive, { onProgress }) => {
      received = (await buffer(archive)).toString();
      onProgress?.('Loaded image: a:1');
    },
  };
  const lines: string[] = [];
  await loadBundle(engine, Readable.from([Buffer.from('arch'), Buffer.from('ive')]), { signal, onBytes: (bytes) => { counts.push(bytes); }, onProgress: (line) => { lines.push(line); } });
  t.deepEqual({ received, counts, lines }, { received: 'archive', counts: [4, 7], lines: ['Loaded image: a:1'] });
});

test('where the Engine refuses, the rest is not waited for', async (t) => {
  const endless = new Readable({ read() { this.push(Buffer.alloc(65_536)); } });
  const engine: Pick<Engine, 'loadImages'> = { loadImages: () => Promise.reject(new OperationError('invalid tar header')) };
  const error = await t.throwsAsync(loadBundle(engine, endless, { ...silent, onProgress: () => undefined }), { instanceOf: OperationError });
  t.is(error.message, 'the Engine does not take the archive: invalid tar header');
  t.true(endless.destroyed);
});

test('folders and what is not there are refused', async (t) => {
  await t.throwsAsync(checkTarget(folder), { instanceOf: ConfigError, message: /it is a folder/ });
  await t.throwsAsync(checkTarget(join(folder, 'nowhere/a.tar')), { instanceOf: ConfigError, message: /ENOENT/ });
  await t.notThrowsAsync(checkTarget(join(folder, 'new.tar')));
  await t.throwsAsync(openBundle(folder), { instanceOf: ConfigError, message: /it is a folder/ });
  await t.throwsAsync(openBundle(join(folder, 'nowhere.tar')), { instanceOf: ConfigError, message: /ENOENT/ });
});
