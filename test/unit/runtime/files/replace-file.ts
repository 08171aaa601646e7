import { chmod, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { OperationError } from '../../../../src/runtime/errors.ts';
import { replaceFile } from '../../../../src/runtime/files/replace-file.ts';
import { temporaryFolder } from '../../_temporary-folder.ts';

test('a file is replaced by another with its rights, and nothing else is left', async (t) => {
  const path = join(temporaryFolder(t), 'report');
  await writeFile(path, 'old');
  await chmod(path, 0o640);
  const { ino } = await stat(path);
  await replaceFile(path, 'new');
  t.is(await readFile(path, 'utf8'), 'new');
  const now = await stat(path);
  t.not(now.ino, ino, 'a reader of the old one reads it to its end');
  t.is(now.mode & 0o777, 0o640);
  t.deepEqual(await readdir(join(path, '..')), ['report']);
});

test('a new one may be read by all', async (t) => {
  const path = join(temporaryFolder(t), 'report');
  await replaceFile(path, 'new');
  t.is((await stat(path)).mode & 0o777, 0o644);
});

test('a link stays one, and a device what it is', async (t) => {
  const path = join(temporaryFolder(t), 'report');
  await writeFile(path, 'old');
  await symlink(path, `${path}-link`);
  await replaceFile(`${path}-link`, 'new');
  t.is(await readFile(path, 'utf8'), 'new');
  await replaceFile('/dev/null', 'new');
  t.true((await stat('/dev/null')).isCharacterDevice());
});

test('what can\'t be written is told', async (t) => {
  const path = join(temporaryFolder(t), 'report');
  await mkdir(path);
  await t.throwsAsync(replaceFile(path, 'new'), { instanceOf: OperationError, message: /it is a folder/ });
});
