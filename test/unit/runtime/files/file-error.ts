import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import test from 'ava';
import { OperationError } from '../../../../src/runtime/errors.ts';
import { createOnce, ensureFolder, writeAtomic } from '../../../../src/runtime/files/atomic-file.ts';
import { asFileError, writing } from '../../../../src/runtime/files/file-error.ts';

test('a full disk is told with the file and what to do, and is no defect of ours', async (t) => {
  // The device that is always full: full(4).
  const error = await t.throwsAsync(writing('/state/file', () => writeFile('/dev/full', 'x')), { instanceOf: OperationError });
  t.is(error.message, '/state/file: there is no room left on its disk');
  t.true(error.remedy?.includes('df -h'));
  t.truthy(error.cause);
});

test('each way to write a file tells what is in the way, and leaves nothing behind', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'haplat-files-'));
  t.teardown(() => { rmSync(folder, { recursive: true }); });
  writeFileSync(join(folder, 'file'), '');
  const below = join(folder, 'file', 'below');
  for (const write of [ensureFolder(below, { mode: 0o700 }), writeAtomic(below, '', { mode: 0o600 }), createOnce(below, '', { mode: 0o600 })]) {
    await t.throwsAsync(write, { instanceOf: OperationError, message: `${below}: what should be a folder on the way to it is a file` });
  }
  t.deepEqual(readdirSync(folder), ['file']);
});

test('an error that brings its path along needs no other; what is none of a file stays what it is', async (t) => {
  const read = await readFile('/nowhere/at/all').catch((error: unknown) => asFileError(error));
  t.true(read instanceof OperationError && read.message.startsWith('/nowhere/at/all: '));
  const defect = new TypeError('x is not a function');
  t.is(asFileError(defect, '/state'), defect);
  const [refused]: unknown[] = await once(connect('/nowhere/docker.sock'), 'error').catch((error: unknown) => [error]);
  t.is(asFileError(refused), refused);
});
