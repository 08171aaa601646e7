import type { Engine } from '../engine/port.ts';
import type { Topology } from '../topology/topology.ts';

/** One image of the platform, and what the Engine has of it. */
export interface PlatformImage {
  readonly reference: string;
  /** How `up` gets it where the Engine does not have it. */
  readonly origin: 'pull' | 'build';
  readonly present: boolean;
  readonly id: string | null;
  readonly sizeBytes: number | null;
  /** The services that run it. */
  readonly services: readonly string[];
}

/** What the platform runs, in the topology's order. */
export async function listImages(engine: Pick<Engine, 'inspectImage'>, { images, services }: Pick<Topology, 'images' | 'services'>): Promise<PlatformImage[]> {
  return Promise.all(
    images.map(async ({ reference, kind }) => {
      const found = await engine.inspectImage(reference);
      return {
        reference,
        origin: kind,
        present: found !== undefined,
        id: found?.id ?? null,
        sizeBytes: found?.sizeBytes ?? null,
        services: services.filter(({ container }) => container.image === reference).map(({ name }) => name),
      };
    }),
  );
}
