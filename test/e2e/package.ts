import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { execa } from 'execa';

const root = join(import.meta.dirname, '../..');

test('the executable tells nothing of where it was built', async (t) => {
  const executable = await readFile(join(root, 'dist/haplat'));
  t.true(executable.includes('haplat.cjs'));
  t.false(executable.includes(root));
});

test('the packed tarball installs, and runs without the checkout', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'haplat-e2e-package-'));
  try {
    await execa('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder], { cwd: root });
    const [tarball = ''] = await readdir(folder);
    await execa('npm', ['install', '--silent', '--no-audit', '--no-fund', '--prefer-offline', '--fetch-retries', '5', '--prefix', folder, join(folder, tarball)]);
    const program = join(folder, 'node_modules/haplat/dist/haplat.cjs');
    for (const text of ['LICENSE', 'dist/THIRD-PARTY-NOTICES.txt']) t.regex(await readFile(join(folder, 'node_modules/haplat', text), 'utf8'), /Permission is hereby granted/);
    const { stdout } = await execa(process.execPath, [program, '--version'], { cwd: folder });
    t.regex(stdout, /^\d+\.\d+\.\d+$/);
    const plan = await execa(process.execPath, [program, '-p', 'e2e-package', 'export', 'compose'], { cwd: folder, env: { XDG_STATE_HOME: folder } });
    t.true(plan.stdout.includes('container_name: e2e-package-traefik_1'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
