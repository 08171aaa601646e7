import { createHash } from 'node:crypto';
import { join } from 'node:path';
import * as esbuild from 'esbuild';
import type { Plugin } from 'esbuild';
import { readAssets } from '../../src/runtime/assets/source-assets.ts';

// Optional parts of dependencies that haplat never reaches: other databases' drivers, ssh and BuildKit sessions to the
// Engine, native speed-ups. Left out, each `require` of them yields an empty module.
const unused = [
  '@grpc/grpc-js', '@grpc/proto-loader', 'better-sqlite3', 'cpu-features', 'mariadb', 'mysql', 'mysql2', 'oracledb',
  'pg-native', 'pg-query-stream', 'sqlite3', 'ssh2', 'tedious', 'protobufjs',
];
const buildIdPlaceholder = 'haplat-build-id';

export interface Bundle {
  readonly text: string;
  /** The same exactly when program and Node version are. */
  readonly buildId: string;
  /** What it was made from, relative to the root. */
  readonly files: readonly string[];
}

/** The whole program as one CommonJS text. */
export async function bundle(root: string, nodeVersion: string): Promise<Bundle> {
  const result = await esbuild.build({
    entryPoints: [join(root, 'bin/haplat.ts')],
    absWorkingDir: root,
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'cjs',
    target: 'node24',
    minifyWhitespace: true,
    minifySyntax: true,
    // They are all in notices.ts.
    legalComments: 'none',
    loader: { '.node': 'empty' },
    logLevel: 'warning',
    define: {
      'process.env.NODE_ENV': '"production"',
      'import.meta.dirname': '__dirname',
      'import.meta.filename': '__filename',
    },
    plugins: [emptyModules(unused), embedAssets(root)],
  });
  const text = result.outputFiles[0]?.text;
  if (text === undefined) throw new Error('esbuild wrote no bundle');
  const buildId = createHash('sha256').update(nodeVersion).update('\0').update(text).digest('hex').slice(0, 16);
  return { text: text.replace(buildIdPlaceholder, buildId), buildId, files: Object.keys(result.metafile.inputs) };
}

function emptyModules(names: readonly string[]): Plugin {
  const filter = new RegExp(`^(${names.join('|')})(/.*)?$`);
  return {
    name: 'empty-modules',
    setup(build) {
      build.onResolve({ filter }, ({ path }) => ({ path, namespace: 'empty-module' }));
      build.onLoad({ filter: /.*/, namespace: 'empty-module' }, () => ({ contents: 'module.exports = {};' }));
    },
  };
}

/** Puts version, build id and templates in the place of the module that reads them from a checkout. */
function embedAssets(root: string): Plugin {
  return {
    name: 'embed-assets',
    setup(build) {
      build.onLoad({ filter: /[\\/]runtime[\\/]assets[\\/]source-assets\.ts$/ }, () => {
        const assets = { ...readAssets(root), buildId: buildIdPlaceholder };
        return { contents: `export const readAssets = () => (${JSON.stringify(assets)});`, loader: 'js' };
      });
    },
  };
}
