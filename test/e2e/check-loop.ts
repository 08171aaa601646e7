import { join } from 'node:path';
import test from 'ava';
import { execa } from 'execa';

const root = join(import.meta.dirname, '../..');
const deadlineMs = 60_000;

/** How many more times a Traefik that has fallen silent is asked before its node gives the address up. */
async function questionsTo(mode: 'idle' | 'busy'): Promise<number> {
  const { stdout } = await execa(
    'docker',
    [
      'run', '--rm', '--init', '--label', 'io.haplat.test=e2e-check', '--network', 'none', '-v', `${root}:/repo:ro`, 'debian:trixie-slim',
      '/repo/node_modules/node/bin/node', '/repo/test/e2e/_inside/silent-traefik.ts', mode,
    ],
    { timeout: deadlineMs },
  );
  return Number(stdout.trim().split('\n').at(-1));
}

test.serial('a Traefik that has nothing to do and does not answer loses the address after some questions', async (t) => {
  const questions = await questionsTo('idle');
  t.true(questions >= 7 && questions <= 12, `${questions}`);
});

test.serial('one that clients have swamped keeps the address for four times as many: all of them would come to the next one at once', async (t) => {
  const questions = await questionsTo('busy');
  t.true(questions >= 35 && questions <= 45, `${questions}`);
});
