import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the last build was made from and what it made; `dist/.stamp` holds it as JSON. */
export interface Stamp {
  /** Hash over everything that a build reads. */
  readonly inputs: string;
  /** Hash over the bundle and the Node version: the same id is the same program. */
  readonly buildId: string;
  /** File name in dist → size in bytes. */
  readonly outputs: Readonly<Record<string, number>>;
}

const inputRoots = ['bin', 'src', 'templates', 'scripts/build', 'scripts/build.ts', 'package-lock.json', 'package.json'];

export function hashInputs(root: string): string {
  const hash = createHash('sha256');
  for (const path of inputRoots.flatMap((name) => filesUnder(root, name))) {
    const content = readFileSync(join(root, path));
    hash.update(`${path}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

function filesUnder(root: string, name: string): string[] {
  const path = join(root, name);
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return [name];
  return readdirSync(path)
    .sort()
    .flatMap((entry) => filesUnder(root, join(name, entry)));
}

export function readStamp(dist: string): Stamp | undefined {
  try {
    return JSON.parse(readFileSync(join(dist, '.stamp'), 'utf8')) as Stamp;
  } catch {
    return undefined; // no build yet, or one that was cut short: build
  }
}

export function writeStamp(dist: string, stamp: Omit<Stamp, 'outputs'>, outputs: readonly string[]): void {
  const sizes = Object.fromEntries(outputs.map((name) => [name, statSync(join(dist, name)).size]));
  writeFileSync(join(dist, '.stamp'), `${JSON.stringify({ ...stamp, outputs: sizes }, null, 2)}\n`);
}

/** Whether every file that the stamp speaks of is still there in the size it had. */
export function outputsIntact(dist: string, stamp: Stamp): boolean {
  return Object.entries(stamp.outputs).every(
    ([name, size]) => statSync(join(dist, name), { throwIfNoEntry: false })?.size === size,
  );
}
