import { readAssets } from './source-assets.ts';

/** What haplat brings along besides code. */
export interface Assets {
  readonly version: string;
  /** Changes with everything that the bundle holds; undefined when run from sources, where there is no build. */
  readonly buildId: string | undefined;
  /** Path below templates/, with forward slashes → text. */
  readonly templates: Readonly<Record<string, string>>;
}

let loaded: Assets | undefined;

/**
 * The version and templates. The build puts them into the bundle in the place of `source-assets.ts`, so that nothing
 * is read from beside the binary; run from sources they come from the checkout.
 */
export function loadAssets(): Assets {
  loaded ??= readAssets();
  return loaded;
}
