export default {
  // What is in _inside/ runs in containers: as a test it would wait for its standard input for ever.
  files: ['test/e2e/*.ts'],
  extensions: { ts: 'module' },
  // They share two cores and one Engine: one file at a time, each with deadlines of its own.
  concurrency: 1,
  // In processes of their own: what a file leaves behind (a browser's pipes, an Engine that it started) ends with it.
  workerThreads: false,
  timeout: '10m',
};
