import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as z from 'zod';

const manifestSchema = z.object({ name: z.string(), version: z.string(), license: z.string().default('see below') });

/**
 * The licences of all that is in the bundle, by the files that went into it, and of Node, which is in the executable: most of
 * them ask that their text goes along. Throws for a package that has none.
 */
export function notices(root: string, bundledFiles: readonly string[], node: string): string {
  const folders = new Set(bundledFiles.flatMap((file) => packageFolder(join(root, file)) ?? []));
  // The bundle is made with the executable's own Node, whose package has it beside `bin`.
  const ofNode = join(dirname(dirname(realpathSync(node))), 'LICENSE');
  return [
    'haplat contains the following software. dist/haplat contains Node.js as well, whose licence comes last.\n',
    ...[...folders].sort().map(notice),
    ...(existsSync(ofNode) ? [section('Node.js', readFileSync(ofNode, 'utf8'))] : []),
  ].join('\n');
}

/** The folder of the package that a file is of; undefined for one of our own. */
function packageFolder(file: string): string | undefined {
  return /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0];
}

function notice(folder: string): string {
  const { name, version, license } = manifestSchema.parse(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')));
  const files = readdirSync(folder).filter((file) => /^(?:licen[cs]e|copying|notice)(?:[.-].*)?$/i.test(file));
  const texts = files.map((file) => readFileSync(join(folder, file), 'utf8').trim());
  if (texts.length === 0 && license === 'see below') throw new Error(`${folder} does not say under which licence it may be passed on`);
  return section(`${name} ${version} (${license})`, texts.join('\n\n'));
}

const section = (title: string, text: string): string => `${'-'.repeat(80)}\n${title}\n\n${text}\n`;
