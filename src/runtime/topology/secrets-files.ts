import type { TopologyContext } from './context.ts';
import type { RenderedFile } from './topology.ts';

const mode = 0o600;

/** A secret is a file of its own, for its owner's eyes only; never in an environment, a label or a command. */
export function secretFile({ owner }: TopologyContext, path: string, text: string): RenderedFile {
  return { path, text, mode, ownerUid: owner.uid };
}

export function isSecret(file: RenderedFile): boolean {
  return file.mode === mode;
}
