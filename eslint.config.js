import js from '@eslint/js';
import tseslint from 'typescript-eslint';

// The import directions of the design: what files in a folder may not import, by the path in the import.
const never = (regex, message) => ({ regex, message });
const notTheCommandLine = never('(^|/)cli/', 'nothing imports the command line');
const notTheRuntime = never('(^|/)runtime/', 'the application does not know who runs it');
const notTheApplication = never('(^|/)(app|worker)/', 'serve loads the application by dynamic import in src/cli');
const notThePlatform = never('(^|/)platform/', 'what a command does is put together of the other folders, which do not know of it');
const noSide = never('(^|/)(cli|runtime|app|worker)/', 'what both ends of a protocol agree on knows neither of them');
const ofTheRuntime = [notTheCommandLine, notTheApplication, notThePlatform];

// The parts of a drill, the lowest first: each may import those of the rows before its own, none beside it or after.
const drillLayers = [
  ['limits.ts', 'drill-container.ts'],
  ['judge/'],
  ['probe/'],
  ['watch/'],
  ['fault/'],
  ['target/', 'heal/'],
  ['drill.ts'],
  ['run/'],
  ['suite/'],
  ['report/'],
];
const drillDirections = drillLayers.flatMap((layer, depth) =>
  layer.map((own) => {
    const others = drillLayers.slice(depth).flat().filter((part) => part !== own);
    const paths = others.map((part) => (part.endsWith('/') ? part : `${RegExp.escape(part)}$`));
    const patterns = others.length === 0 ? [] : [never(`(^|/)(${paths.join('|')})`, `of a drill, ${own} may import only what stands before it in drillLayers`)];
    return { folder: `src/runtime/drill/${own}`, patterns: [...ofTheRuntime, ...patterns] };
  }),
);
const directions = [
  { folder: 'src/cli/', patterns: [] },
  { folder: 'src/app/', patterns: [notTheCommandLine, notTheRuntime] },
  { folder: 'src/worker/', patterns: [notTheCommandLine, notTheRuntime] },
  { folder: 'src/protocol/', patterns: [noSide] },
  { folder: 'src/runtime/', patterns: ofTheRuntime },
  { folder: 'src/runtime/platform/', patterns: [notTheCommandLine, notTheApplication] },
  ...drillDirections,
];
const filesOf = (folder) => (folder.endsWith('/') ? `${folder}**/*.ts` : folder);
const patternsFor = (files) => directions.findLast(({ folder }) => files.startsWith(folder)).patterns;

// What only some folders may use, so that each library stays behind one boundary.
const boundaries = [
  { folders: ['src/runtime/engine/'], names: ['dockerode'], message: 'dockerode stays behind the Engine port' },
  { folders: ['src/cli/'], names: ['commander', 'listr2', 'cli-table3'], message: 'only the command line talks to people' },
  { folders: ['src/runtime/certs/'], names: ['node-forge'], message: 'node-forge stays in certs' },
  { folders: ['src/app/', 'src/worker/'], names: ['koa', '@koa/router', 'knex', 'pg', 'amqplib'], message: 'these belong to the application' },
];
const pureFolders = [
  'src/runtime/config/schema/**/*.ts',
  'src/runtime/topology/**/*.ts',
  'src/runtime/render/**/*.ts',
  'src/runtime/plan/**/*.ts',
  'src/runtime/drill/judge/**/*.ts',
  'src/runtime/export/**/*.ts',
  'src/runtime/cluster/{judge-cluster,state,parse-xml}.ts',
  'src/runtime/guardian/{asks-for-look,backoff,crowd,decide,model,remember,untold-deaths}.ts',
  'src/runtime/status/{endpoints,judge-status}.ts',
];
const nodeIo = ['fs', 'fs/promises', 'net', 'http', 'https', 'child_process', 'os', 'timers', 'timers/promises', 'dns', 'tls'];
const restricted = (names, message) =>
  names.flatMap((name) => [{ name, message }, ...(nodeIo.includes(name) ? [{ name: `node:${name}`, message }] : [])]);

const neverWritten = [
  { selector: 'ExportDefaultDeclaration', message: 'exports have names' },
  { selector: 'ImportDeclaration[source.value="zod"] > ImportSpecifier', message: "import * as z: the named export brings every language's messages into the bundle" },
];
const ofNow = { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: 'this folder is pure: the time is handed in' };

const ownedBy = (folder) => boundaries.filter((boundary) => boundary.folders.includes(folder));
const restrictImports = (files, allowed, patterns, more = []) => ({
  files: [files],
  rules: {
    'no-restricted-imports': [
      'error',
      { paths: [...boundaries.filter((one) => !allowed.includes(one)).flatMap((one) => restricted(one.names, one.message)), ...more], patterns },
    ],
  },
});

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', 'coverage/**'] },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      'no-restricted-syntax': ['error', ...neverWritten],
      'no-console': 'error',
      // There are none (erasableSyntaxOnly), and to look for them takes a tenth of the time.
      '@typescript-eslint/no-unsafe-enum-assignment': 'off',
      '@typescript-eslint/no-unsafe-enum-comparison': 'off',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
    },
  },
  // The folder that owns a library comes after the larger one that must not use it: the last word counts.
  ...directions.map(({ folder, patterns }) => restrictImports(filesOf(folder), ownedBy(folder), patterns)),
  restrictImports('src/runtime/engine/**/*.ts', ownedBy('src/runtime/engine/'), ofTheRuntime),
  restrictImports('src/runtime/certs/**/*.ts', ownedBy('src/runtime/certs/'), ofTheRuntime),
  ...pureFolders.map((files) => ({
    ...restrictImports(files, [], patternsFor(files), restricted(nodeIo, 'this folder is pure: no I/O')),
  })),
  {
    files: pureFolders,
    rules: {
      'no-restricted-syntax': ['error', ...neverWritten, ofNow],
      'no-restricted-globals': ['error', 'process', 'performance', 'setTimeout', 'setInterval', 'fetch'],
      'no-restricted-properties': ['error', { object: 'Date', property: 'now' }, { object: 'Math', property: 'random' }],
    },
  },
  { files: ['src/cli/**/*.ts', 'scripts/**'], rules: { 'no-console': 'off' } },
  { files: ['**/*.js', '**/*.mjs'], ...tseslint.configs.disableTypeChecked },
  { files: ['eslint.config.js', 'ava*.config.js', 'test/**/*.config.js'], rules: { 'no-restricted-syntax': 'off' } },
);
