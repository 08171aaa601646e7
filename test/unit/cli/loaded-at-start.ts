import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';

const root = join(import.meta.dirname, '../../..');
/** Prints each module that is loaded, on stderr. */
const listing = `import { registerHooks } from 'node:module';
registerHooks({ load(url, context, next) { process.stderr.write(url + '\\n'); return next(url, context); } });`;

test('what comes before the command is known loads Commander and no other package: all roles and replicas start with it', async (t) => {
  const hook = `data:text/javascript,${encodeURIComponent(listing)}`;
  const { stderr } = await promisify(execFile)(process.execPath, ['--import', hook, join(root, 'bin/haplat.ts'), '--version']);
  const packages = stderr.split('\n').flatMap((url) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1] ?? []);
  t.deepEqual([...new Set(packages)], ['commander']);
});
