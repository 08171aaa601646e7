import type { Engine } from '../engine/port.ts';

/** Lets a container run on. The guardian, who may have done so since it was seen paused, has spared us the work. */
export async function unpauseContainer(engine: Pick<Engine, 'unpauseContainer' | 'inspectContainer'>, name: string): Promise<void> {
  try {
    await engine.unpauseContainer(name);
  } catch (error) {
    if ((await engine.inspectContainer(name))?.state !== 'running') throw error;
  }
}
