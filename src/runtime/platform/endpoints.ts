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

export function endpointsOf({ ports, network, netdata }: Config): Endpoints {
  const host = ports.bindAddress === '0.0.0.0' ? 'localhost' : ports.bindAddress;
  return {
    https: `https://${host}${ports.https === httpsPort ? '' : `:${ports.https}`}`,
    http: `http://${host}${ports.http === httpPort ? '' : `:${ports.http}`}`,
    vip: `https://${network.vip}`,
    traefikDashboard: `http://localhost:${ports.dashboard}/dashboard/`,
    ...(netdata.enabled && { netdata: `http://localhost:${ports.netdata}` }),
  };
}
