import { hostInUrl } from '../config/schema/bind-addresses.ts';
import type { Config } from '../config/schema/config.ts';

/** Where the platform is to be reached, from the machine that runs the Engine. */
export interface Endpoints {
  readonly https: string;
  readonly http: string;
  readonly vip: string;
  readonly traefikDashboard: string;
  readonly netdata?: string;
}

const httpPort = 80;
const httpsPort = 443;

export function endpointsOf({ ports, network, netdata }: Pick<Config, 'ports' | 'network' | 'netdata'>): Endpoints {
  const host = hostInUrl(ports);
  return {
    https: `https://${host}${ports.https === httpsPort ? '' : `:${ports.https}`}`,
    http: `http://${host}${ports.http === httpPort ? '' : `:${ports.http}`}`,
    vip: `https://${network.vip}`,
    traefikDashboard: `http://localhost:${ports.dashboard}`,
    ...(netdata.enabled && { netdata: `http://localhost:${ports.netdata}` }),
  };
}
