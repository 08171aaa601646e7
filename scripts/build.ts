/**
 * Builds `dist/haplat.cjs` (the program as one file, for npm) and `dist/haplat` (the same with Node in it), with the licences of
 * what is in them.
 * Skips what is up to date; `--force` does not. `--bundle-only` leaves the executable out (packing for npm), and so does any
 * system but Linux: the containers could not run it.
 */
import { chmodSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bundle } from './build/bundle.ts';
import { baseNode, makeExecutable, nodeVersion } from './build/executable.ts';
import { notices } from './build/notices.ts';
import { hashInputs, outputsIntact, readStamp, writeStamp } from './build/stamp.ts';

const { values: flags } = parseArgs({
  options: { force: { type: 'boolean', default: false }, 'bundle-only': { type: 'boolean', default: false } },
});
const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');
const isBundleOnly = flags['bundle-only'] || process.platform !== 'linux';
const noticesFile = 'THIRD-PARTY-NOTICES.txt';
const outputs = isBundleOnly ? ['haplat.cjs', noticesFile] : ['haplat.cjs', 'haplat', noticesFile];
mkdirSync(dist, { recursive: true });

const startedMs = performance.now();
const last = flags.force ? undefined : readStamp(dist);
const intact = last !== undefined && outputsIntact(dist, last) && outputs.every((name) => name in last.outputs);
const inputs = hashInputs(root);

if (intact && last.inputs === inputs) {
  console.log(`dist is up to date (build ${last.buildId})`);
} else {
  const node = baseNode(root);
  const { text, buildId, files } = await bundle(root, nodeVersion(node));
  const cjs = join(dist, 'haplat.cjs');
  // A change that leaves the program as it was (a comment, a type) does not cost a new executable.
  const same = intact && last.buildId === buildId;
  if (!same) {
    writeFileSync(cjs, `#!/usr/bin/env node\n${text}`);
    chmodSync(cjs, 0o755);
    writeFileSync(join(dist, noticesFile), notices(root, files, node));
    if (!isBundleOnly) await makeExecutable({ node, bundle: cjs, target: join(dist, 'haplat') });
  }
  writeStamp(dist, { inputs, buildId }, same ? Object.keys(last.outputs) : outputs);
  const sizes = outputs.map((name) => `dist/${name} ${(statSync(join(dist, name)).size / 1e6).toFixed(1)} MB`);
  console.log(`built ${sizes.join(', ')} in ${((performance.now() - startedMs) / 1000).toFixed(1)} s (build ${buildId})`);
}
