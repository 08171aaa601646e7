export default {
  files: ['test/unit/**/*.ts'],
  // Node strips the types itself.
  extensions: { ts: 'module' },
  timeout: '60s',
};
