import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { OperationError } from '../../../../src/runtime/errors.ts';
import { createOnce, ensureFolder, writeAtomic } from '../../../../src/runtime/files/atomic-file.ts';

const folder = (t: ExecutionContext): string => {
  const path = mkdtempSync(join(tmpdir(), 'haplat-files-'));
  t.teardown(() => {
    rmSync(path, { recursive: true });
  });
  return path;
};
const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

test('a file is replaced whole, with its mode whatever the umask, and nothing is left beside it', async (t) => {
  const path = join(folder(t), 'file');
  writeFileSync(path, 'a longer old text');
  await writeAtomic(path, 'new', { mode: 0o666 });
  t.is(readFileSync(path, 'utf8'), 'new');
  t.is(modeOf(path), '666');
  t.deepEqual(readdirSync(join(path, '..')), ['file']);
});

test('of many that create a file at once one succeeds, and its content stays', async (t) => {
  const path = join(folder(t), 'file');
  const texts = ['a', 'b', 'c', 'd', 'e'];
  const results = await Promise.all(texts.map((text) => createOnce(path, text, { mode: 0o600 })));
  t.is(results.filter(Boolean).length, 1);
  t.deepEqual([readFileSync(path, 'utf8')], texts.filter((_, index) => results[index]));
  t.deepEqual(readdirSync(join(path, '..')), ['file']);
});

test('a folder that was there with a laxer mode gets the strict one', async (t) => {
  const path = join(folder(t), 'a/b');
  await ensureFolder(path, { mode: 0o755 });
  await ensureFolder(path, { mode: 0o700 });
  t.is(modeOf(path), '700');
});

test('a write that can’t be done throws and leaves the old file', async (t) => {
  const path = join(folder(t), 'missing/file');
  const error = await t.throwsAsync(writeAtomic(path, 'x', { mode: 0o600 }), { instanceOf: OperationError });
  t.like(error.cause, { code: 'ENOENT' });
});
