import { closeSync, existsSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { isSea } from 'node:sea';
import { loadAssets } from '../assets/assets.ts';
import { OperationError } from '../errors.ts';
import { executablePayload, hostNodePayload, nodeImagePayload, type Payload } from './payload.ts';

/**
 * Finds the program that is running, in the form in which a Linux container can run it too. Reads no large file.
 * OperationError when run from sources that were never built.
 */
export function findPayload(): Payload {
  const { buildId } = loadAssets();
  if (buildId === undefined) return sourcesPayload(join(import.meta.dirname, '../../..'));
  if (!isSea()) return bundlePayload(buildId, import.meta.filename);
  if (process.platform === 'linux') return executablePayload(buildId, process.execPath);
  throw new OperationError(`this executable is for ${process.platform} and can't run in a container`, {
    remedy: 'run the bundle instead: node dist/haplat.cjs',
  });
}

function bundlePayload(buildId: string, bundle: string): Payload {
  return process.platform === 'linux' && runsElsewhere(process.execPath)
    ? hostNodePayload(buildId, bundle, { path: process.execPath, version: process.version })
    : nodeImagePayload(buildId, bundle);
}

/** From sources the containers run what was built last. */
function sourcesPayload(root: string): Payload {
  const isLinux = process.platform === 'linux';
  const program = join(root, isLinux ? 'dist/haplat' : 'dist/haplat.cjs');
  const stamp = join(root, 'dist/.stamp');
  if (!existsSync(program) || !existsSync(stamp)) {
    throw new OperationError(`haplat runs from sources, and its containers need ${isLinux ? 'the executable dist/haplat' : 'the bundle dist/haplat.cjs'}`, {
      remedy: 'npm run build',
    });
  }
  const { buildId } = JSON.parse(readFileSync(stamp, 'utf8')) as { buildId: string };
  return isLinux ? executablePayload(buildId, program) : nodeImagePayload(buildId, program);
}

/** Whether this Node binary runs on any glibc: distributions link theirs with shared libraries of their own. */
function runsElsewhere(node: string): boolean {
  const variables: [string, unknown][] = Object.entries(process.config.variables);
  const sharedParts = variables.some(([name, value]) => name.startsWith('node_shared') && value === true);
  return !sharedParts && /\/ld-linux[^/]*\.so/.test(firstBytes(node, 4096));
}

function firstBytes(path: string, length: number): string {
  const descriptor = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(length);
    return buffer.toString('latin1', 0, readSync(descriptor, buffer));
  } finally {
    closeSync(descriptor);
  }
}
