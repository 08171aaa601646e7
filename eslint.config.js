import js from '@eslint/js';
import tseslint from 'typescript-eslint';
import importX from 'eslint-plugin-import-x';

// The import directions of the design. A zone reads: files in `target` may not import from `from`.
const zone = (target, from, message) => ({ target, from, message });
const directions = [
  zone('./src/!(cli)/**', './src/cli', 'nothing imports the command line'),
  zone('./src/(app|worker)/**', './src/runtime', 'the application does not know who runs it'),
  zone('./src/runtime/**', './src/app', 'serve loads the application by dynamic import in src/cli'),
  zone('./src/runtime/**', './src/worker', 'serve loads the worker by dynamic import in src/cli'),
];

// What only one folder may use, so that each library stays behind one boundary.
const only = (files, names, message) => ({
  files: ['src/**/*.ts'],
  ignores: files,
  names,
  message,
});
const boundaries = [
  only(['src/runtime/engine/**'], ['dockerode'], 'dockerode stays behind the Engine port'),
  only(['src/cli/**'], ['commander', 'listr2', 'cli-table3'], 'only the command line talks to people'),
  only(['src/runtime/certs/**'], ['node-forge'], 'node-forge stays in certs'),
  only(['src/app/**'], ['koa', '@koa/router', 'knex', 'pg'], 'the web and database libraries belong to the application'),
];
const pureFolders = [
  'src/runtime/config/schema/**/*.ts',
  'src/runtime/topology/**/*.ts',
  'src/runtime/render/**/*.ts',
  'src/runtime/plan/**/*.ts',
  'src/runtime/drill/judge/**/*.ts',
];
const nodeIo = ['fs', 'fs/promises', 'net', 'http', 'https', 'child_process', 'os', 'timers', 'timers/promises', 'dns', 'tls'];
const restricted = (names, message) =>
  names.flatMap((name) => [{ name, message }, ...(nodeIo.includes(name) ? [{ name: `node:${name}`, message }] : [])]);

const allBoundaryPaths = (except) =>
  boundaries.filter((b) => !except.includes(b)).flatMap((b) => restricted(b.names, b.message));

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', 'coverage/**'] },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { 'import-x': importX },
    rules: {
      'import-x/no-default-export': 'error',
      'import-x/no-restricted-paths': ['error', { basePath: import.meta.dirname, zones: directions }],
      'no-console': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
    },
  },
  { files: ['src/**/*.ts'], rules: { 'no-restricted-imports': ['error', { paths: allBoundaryPaths([]) }] } },
  ...boundaries.map((boundary) => ({
    files: boundary === boundaries[3] ? ['src/app/**/*.ts', 'src/worker/**/*.ts'] : boundary.ignores.map((g) => `${g}/*.ts`),
    rules: { 'no-restricted-imports': ['error', { paths: allBoundaryPaths([boundary]) }] },
  })),
  {
    files: pureFolders,
    rules: {
      'no-restricted-imports': ['error', { paths: [...allBoundaryPaths([]), ...restricted(nodeIo, 'this folder is pure: no I/O')] }],
      'no-restricted-globals': ['error', 'process', 'setTimeout', 'setInterval', 'fetch'],
      'no-restricted-properties': ['error', { object: 'Date', property: 'now' }, { object: 'Math', property: 'random' }],
    },
  },
  { files: ['src/cli/**/*.ts', 'scripts/**'], rules: { 'no-console': 'off' } },
  { files: ['**/*.js', '**/*.mjs'], ...tseslint.configs.disableTypeChecked },
  { files: ['eslint.config.js', 'ava*.config.js', 'test/**/*.config.js'], rules: { 'import-x/no-default-export': 'off' } },
);
