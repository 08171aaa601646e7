export default {
  // Started from Node's own snapshot and the compile cache a process takes less than a thread, which has neither.
  workerThreads: false,
  files: ['test/unit/**/*.ts'],
  // Node strips the types itself.
  extensions: { ts: 'module' },
  // More than processors: many wait for a time to pass.
  concurrency: 4,
  timeout: '60s',
};
