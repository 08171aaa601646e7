import { main } from '../src/cli/main.ts';

// No top-level await: the executable is a CommonJS bundle, which has none. main lets no error out.
void main(process.argv);
