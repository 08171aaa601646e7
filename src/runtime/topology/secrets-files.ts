import { createHmac } from 'node:crypto';
import type { TopologyContext } from './context.ts';
import type { RenderedFile } from './topology.ts';

/** A secret is a file of its own, for its owner's eyes only; never in an environment, a label or a command. */
export function secretFile({ owner, secrets }: Pick<TopologyContext, 'owner' | 'secrets'>, path: string, text: string): RenderedFile {
  // Labels have hashes of what a container was made from. From one without a key a user's password could be guessed; this
  // key is always one that haplat made up.
  const fingerprint = createHmac('sha256', secrets.dbMonitorPassword).update(text).digest('hex');
  return { path, text, mode: 0o600, ownerUid: owner.uid, fingerprint };
}

export function isSecret(file: RenderedFile): boolean {
  return file.fingerprint !== undefined;
}
