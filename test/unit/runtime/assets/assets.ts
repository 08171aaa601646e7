import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { readAssets } from '../../../../src/runtime/assets/source-assets.ts';
import { loadAssets } from '../../../../src/runtime/assets/assets.ts';

test('from sources the version is that of package.json and templates are keyed by their path', (t) => {
  const root = mkdtempSync(join(tmpdir(), 'haplat-assets-'));
  t.teardown(() => {
    rmSync(root, { recursive: true });
  });
  mkdirSync(join(root, 'templates/keepalived'), { recursive: true });
  writeFileSync(join(root, 'package.json'), '{"version":"7.8.9"}');
  writeFileSync(join(root, 'templates/keepalived/Dockerfile'), 'FROM scratch\n');

  t.deepEqual(readAssets(root), {
    version: '7.8.9',
    buildId: undefined,
    templates: { 'keepalived/Dockerfile': 'FROM scratch\n' },
  });
});

test('the assets are read once', (t) => {
  t.is(loadAssets(), loadAssets());
});
