/** haplat itself as the `runtime` image takes it in: `/usr/local/bin/haplat` and what that needs. */
export interface Payload {
  /** Changes exactly when the program does. Made at build time: hashing 100 MB at each `up` would cost 100 ms. */
  readonly id: string;
  /** Large files, streamed into the build context. */
  readonly files: readonly PayloadFile[];
  /** Small generated ones. */
  readonly scripts: readonly { readonly path: string; readonly text: string }[];
  /** Dockerfile lines ahead of the recipe's own first FROM. */
  readonly stages: readonly string[];
  /** Dockerfile lines after the recipe's own. */
  readonly instructions: readonly string[];
}

interface PayloadFile {
  /** Inside the build context. */
  readonly path: string;
  /** On this machine. */
  readonly source: string;
  readonly mode: number;
}

const home = '/usr/local/lib/haplat';
const wrapper = { path: 'haplat', text: `#!/bin/sh\nexec ${home}/node ${home}/haplat.cjs "$@"\n` };
/** The image that Node comes from where the host's own can't run in a Linux container. */
const nodeImage = 'node:24-slim';

/** A Linux executable with Node inside. */
export function executablePayload(buildId: string, executable: string): Payload {
  return {
    id: `executable:${buildId}`,
    files: [{ path: 'haplat', source: executable, mode: 0o755 }],
    scripts: [],
    stages: [],
    instructions: [],
  };
}

/** The bundle and a Linux Node binary of the host's. */
export function hostNodePayload(buildId: string, bundle: string, node: { path: string; version: string }): Payload {
  return {
    id: `node:${node.version}:${buildId}`,
    files: [bundleFile(bundle), { path: 'node', source: node.path, mode: 0o755 }],
    scripts: [wrapper],
    stages: [],
    instructions: [`COPY node haplat.cjs ${home}/`],
  };
}

/** The bundle and the Node of an official image: for hosts that are not Linux or whose Node needs their own libraries. */
export function nodeImagePayload(buildId: string, bundle: string): Payload {
  return {
    id: `${nodeImage}:${buildId}`,
    files: [bundleFile(bundle)],
    scripts: [wrapper],
    stages: [`FROM ${nodeImage} AS node`],
    instructions: [`COPY --from=node /usr/local/bin/node ${home}/node`, `COPY haplat.cjs ${home}/`],
  };
}

function bundleFile(source: string): PayloadFile {
  return { path: 'haplat.cjs', source, mode: 0o644 };
}
