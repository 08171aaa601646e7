export default {
  files: ['test/e2e/**/*.ts'],
  extensions: { ts: 'module' },
  // They share two cores and one Engine: one file at a time, each with deadlines of its own.
  concurrency: 1,
  timeout: '10m',
};
