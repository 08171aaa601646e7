import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { execa } from 'execa';
import type { PlatformImage } from '../../src/runtime/images/list-images.ts';
import { docker, eventually, Platform } from './_platform.ts';

interface ImagesDocument {
  readonly schema: string;
  readonly images: readonly PlatformImage[];
}

const serial = test.serial;
/** A name of the test's own for an image that is there, so that it can go and come back. */
const own = 'haproxy:e2e-images';
const configuration = `engineProxy: {image: '${own}'}`;
let platform: Platform;

test.before(async () => {
  platform = await Platform.create({ project: 'e2e-images', number: 8, yaml: configuration });
  await docker('tag', 'haproxy:3.0', own);
});
test.after.always(async () => {
  await docker('rmi', own).catch(() => undefined);
  await platform.dispose();
});

const missing = async () => {
  const { images } = await platform.json<ImagesDocument>('images');
  return images.filter(({ present }) => !present).map(({ reference }) => reference);
};

serial('pull brings what is missing, ls shows what the platform runs, and nothing is started', async (t) => {
  await platform.mustRun('images', 'pull');
  const { schema, images } = await platform.json<ImagesDocument>('images', 'ls');
  t.is(schema, 'haplat.images/1');
  t.true(images.every(({ present, sizeBytes }) => present && Number(sizeBytes) > 0));
  t.deepEqual(images.find(({ reference }) => reference === own)?.services, ['engine-proxy_1', 'engine-proxy_2']);
  t.regex((await platform.mustRun('images')).stdout, new RegExp(`^${own} +\\d+ MB  engine-proxy_1, engine-proxy_2$`, 'm'));
  t.deepEqual(await platform.engine.listContainers({ project: platform.project }), []);
});

serial('what was saved and removed is there again after load', async (t) => {
  const { stdout } = await platform.mustRun('images', 'save', 'platform.tar');
  t.regex(stdout, /^platform\.tar: 8 images, \d+ MB$/);
  await docker('rmi', own);
  t.deepEqual(await missing(), [own]);
  t.regex((await platform.mustRun('images')).stdout, /missing: "up" pulls it/);
  const { stderr } = await platform.mustRun('images', 'load', 'platform.tar');
  t.true(stderr.includes(`✔ Loaded image: ${own}`), stderr);
  t.deepEqual(await missing(), []);
});

serial('an archive goes through a pipe', async (t) => {
  await execa('sh', ['-c', `"$0" -c "$1" images save - -q | tar -t > list`, join(import.meta.dirname, '../../dist/haplat'), platform.configFile], { cwd: platform.folder });
  const { stdout } = await execa('grep', ['-c', '^manifest.json$', 'list'], { cwd: platform.folder });
  t.is(stdout, '1');
});

serial('an archive without all that the platform runs is no success', async (t) => {
  await docker('save', '-o', join(platform.folder, 'part.tar'), 'haproxy:3.0');
  await docker('rmi', own);
  const { exitCode, stderr } = await platform.run('images', 'load', 'part.tar');
  t.is(exitCode, 1);
  t.regex(stderr, new RegExp(`^error: the archive is loaded, and the platform still lacks ${own}$`, 'm'));
  await docker('tag', 'haproxy:3.0', own);
});

serial('what is no archive is refused, by the Engine or before', async (t) => {
  await writeFile(join(platform.folder, 'text.tar'), 'hello\n');
  const text = await platform.run('images', 'load', 'text.tar');
  t.is(text.exitCode, 1);
  t.regex(text.stderr, /^error: the Engine does not take the archive: .+\n {2}→ use one that "haplat images save" wrote/);
  for (const wrong of [['load', 'nowhere.tar'], ['load', '.'], ['save', 'nowhere/platform.tar'], ['save', '.'], ['save', '-', '--json']]) {
    const { exitCode, stdout } = await platform.run('images', ...wrong);
    t.deepEqual([exitCode, stdout], [2, ''], wrong.join(' '));
  }
});

serial('a save that is interrupted leaves no file', async (t) => {
  const saving = platform.start(['images', 'save', 'broken.tar']);
  // Its partial file is there as soon as the Engine sends, and before that it puts all of them together.
  await eventually('the partial file', 300_000, async () => (await readdir(platform.folder)).find((name) => name === 'broken.tar.partial'));
  saving.kill('SIGINT');
  t.is((await saving).exitCode, 130);
  t.deepEqual((await readdir(platform.folder)).filter((name) => name.startsWith('broken')), []);
  await rm(join(platform.folder, 'platform.tar'));
});
