import type { LoadedConfig } from '../../config/load-config.ts';
import type { Engine } from '../../engine/port.ts';
import { ConfigError } from '../../errors.ts';
import { retriesAnswers } from '../../topology/traefik-labels.ts';

/**
 * Refuses an image of Traefik that is older than its tag says: `v3` is the newest 3 for who pulls it, and what the Engine
 * has is used as it is. It would reject the labels of the replicas, all of them, and nobody would find out why. ConfigError.
 */
export async function checkTraefik({ config, source }: Pick<LoadedConfig, 'config' | 'source'>, engine: Pick<Engine, 'inspectImage'>): Promise<void> {
  const { image } = config.loadBalancers;
  if (!retriesAnswers(image)) return;
  const version = (await engine.inspectImage(image))?.version;
  if (version === undefined || !/^v?\d+\.\d+\.\d+/.test(version) || retriesAnswers(`traefik:${version}`)) return;
  throw new ConfigError(`${source}: loadBalancers.image: the ${image} that this Engine has is Traefik ${version}, and that tag's is newer by now`, {
    remedy: `get it with "haplat images pull --renew", or name the one that you want: traefik:${version}`,
  });
}
