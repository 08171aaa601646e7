import { environmentKeys } from '../../src/runtime/config/schema/environment.ts';

/**
 * Forgets what the environment says of somebody's own platform (HAPLAT_PROJECT, …). Benches and tests describe theirs by a
 * file, over which a variable would win, and in the end remove a platform with its data.
 */
export function forgetUsersPlatform(): void {
  for (const name of Object.keys(environmentKeys)) Reflect.deleteProperty(process.env, name);
}
