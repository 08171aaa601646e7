import { createHash } from 'node:crypto';
import type { ImageSpec } from '../topology/topology.ts';
import type { Payload } from './payload.ts';

export type Recipe = Extract<ImageSpec, { kind: 'build' }>['recipe'];

/** A small file of a build context. */
interface ContextFile {
  readonly path: string;
  readonly text: string;
  readonly mode: number;
}

/** What a build is made from, and nothing else: the same inputs have the same reference. */
export interface BuildInputs {
  readonly recipe: Recipe;
  readonly files: readonly ContextFile[];
  readonly baseImage: string;
  /** Of the recipe `cluster`: where its Traefik comes from. */
  readonly traefikImage?: string;
  /** Of the recipe `runtime`: haplat itself, which runs in the container. */
  readonly payload?: Payload;
}

export interface RecipeSources {
  /** Path below templates/ → text. */
  readonly templates: Readonly<Record<string, string>>;
  readonly baseImage: string;
  readonly traefikImage: string;
  readonly payload: Payload;
}

/** The build inputs of one of our own images. Files that `up` renders and mounts (`.eta`) are not part of them. */
export function buildInputs(recipe: Recipe, { templates, baseImage, traefikImage, payload }: RecipeSources): BuildInputs {
  const prefix = `${recipe}/`;
  const files = Object.entries(templates)
    .filter(([path]) => path.startsWith(prefix) && !path.endsWith('.eta'))
    .map(([path, text]) => contextFile(path.slice(prefix.length), text))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  switch (recipe) {
    case 'runtime':
      return { recipe, files: withPayload(files, payload), baseImage, payload };
    case 'cluster':
      return { recipe, files, baseImage, traefikImage };
    case 'keepalived':
    case 'edge':
      return { recipe, files, baseImage };
  }
}

/** Scripts (what starts with `#!`) are executable, everything else is not. */
function contextFile(path: string, text: string): ContextFile {
  return { path, text, mode: text.startsWith('#!') ? 0o755 : 0o644 };
}

function withPayload(files: readonly ContextFile[], payload: Payload): ContextFile[] {
  const extended = files.map((file) =>
    file.path === 'Dockerfile' ? { ...file, text: extendDockerfile(file.text, payload) } : file,
  );
  return [...extended, ...payload.scripts.map(({ path, text }) => contextFile(path, text))];
}

function extendDockerfile(text: string, payload: Payload): string {
  // A build argument that names the base must stay before the first FROM, so further stages go between the two.
  const staged = text.replace(/^FROM /m, () => [...payload.stages, 'FROM '].join('\n'));
  return [staged.trimEnd(), ...payload.instructions, ''].join('\n');
}

/** `haplat/keepalived:0123456789ab`: the tag is a hash over the context, the base image's reference and the payload. */
export function imageReference(inputs: BuildInputs): string {
  const hash = createHash('sha256');
  const add = (text: string) => hash.update(`${text.length}\0${text}`);
  for (const file of inputs.files) [file.path, file.mode.toString(8), file.text].forEach(add);
  add(inputs.baseImage);
  if (inputs.traefikImage !== undefined) add(inputs.traefikImage);
  if (inputs.payload !== undefined) add(inputs.payload.id);
  return `haplat/${inputs.recipe}:${hash.digest('hex').slice(0, 12)}`;
}

/** The references of all our own images, as the topology wants them. */
export function ourImageReferences(sources: RecipeSources): Readonly<Record<Recipe, string>> {
  const reference = (recipe: Recipe) => imageReference(buildInputs(recipe, sources));
  return { runtime: reference('runtime'), keepalived: reference('keepalived'), cluster: reference('cluster'), edge: reference('edge') };
}
