import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { Assets } from './assets.ts';

/** Reads the assets of a checkout. The build replaces this module by one with the same export and the values in it. */
export function readAssets(root = join(import.meta.dirname, '../../..')): Assets {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  return { version, buildId: undefined, templates: readTemplates(join(root, 'templates')) };
}

function readTemplates(folder: string): Record<string, string> {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  return Object.fromEntries(
    paths.map((path) => [relative(folder, path).split(sep).join('/'), readFileSync(path, 'utf8')]),
  );
}
