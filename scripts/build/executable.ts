import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';

// The mark in every Node binary that says whether a program was injected: Node's documentation of single executables.
const sentinelFuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

/** The Node binary that becomes the executable: the one of the `node` development dependency, else the running one. */
export function baseNode(root: string): string {
  const local = join(root, 'node_modules/node/bin/node');
  return existsSync(local) ? local : process.execPath;
}

export function nodeVersion(node: string): string {
  return execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
}

/** Makes one executable of Node and the bundle, through Node's single-executable support. Replaces `target` at once. */
export async function makeExecutable(options: { node: string; bundle: string; target: string }): Promise<void> {
  const work = mkdtempSync(`${options.target}.`);
  try {
    const executable = join(work, 'executable');
    copyFileSync(options.node, executable);
    chmodSync(executable, 0o755);
    // Symbols are a seventh of Node. Without binutils the executable is merely larger.
    if (process.platform === 'linux') spawnSync('strip', [executable], { stdio: 'ignore' });
    await inject(executable, makeBlob(options.node, options.bundle, work));
    renameSync(executable, options.target);
  } finally {
    rmSync(work, { recursive: true });
  }
}

function makeBlob(node: string, bundle: string, work: string): Buffer {
  const output = join(work, 'blob');
  const config = join(work, 'config.json');
  // By its name alone: as it stands here it is kept, and shown in each stack trace.
  const settings = { main: basename(bundle), output, disableExperimentalSEAWarning: true, useCodeCache: true, useSnapshot: false };
  writeFileSync(config, JSON.stringify(settings));
  execFileSync(node, ['--experimental-sea-config', config], { cwd: dirname(bundle), stdio: ['ignore', 'ignore', 'pipe'] });
  return readFileSync(output);
}

interface Postject {
  inject(
    file: string,
    resource: string,
    data: Buffer,
    options: { sentinelFuse: string; machoSegmentName?: string },
  ): Promise<void>;
}

async function inject(executable: string, blob: Buffer): Promise<void> {
  const postject = createRequire(import.meta.url)('postject') as Postject;
  // Its ELF library warns about each section that strip left without a name, which is harmless.
  const { error, warn, log } = console;
  console.error = console.warn = console.log = () => undefined;
  try {
    await postject.inject(executable, 'NODE_SEA_BLOB', blob, { sentinelFuse, machoSegmentName: 'NODE_SEA' });
  } finally {
    Object.assign(console, { error, warn, log });
  }
}
