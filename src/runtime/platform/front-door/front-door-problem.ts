import type { Trust } from '../../certs/trust.ts';
import { askedAddress, bracketed } from '../../config/schema/bind-addresses.ts';
import { createAgent } from '../../drill/probe/agent.ts';
import { exchange } from '../../drill/probe/request.ts';
import { endpointsOf } from '../../status/endpoints.ts';
import type { FrontDoorProblem } from '../../status/judge-status.ts';
import { hasOurBridges } from '../this-machine.ts';

type Published = Parameters<typeof endpointsOf>[0];

/** The API answers it whatever it depends on is doing. */
const path = '/healthz';
/** A lost packet of a connection is sent again after one second, and after two more (RFC 6298, 2). */
const timeoutMs = 3500;

/**
 * Asks the API as a client on this machine does: at the published port, through the load balancer that has the address.
 * Every container may be healthy and nobody be served, when something between them is not. Undefined where all is
 * well, and where this process is not where the ports are published.
 */
export async function frontDoorProblem(config: Published, trust: Trust): Promise<FrontDoorProblem | undefined> {
  if (!hasOurBridges(config)) return undefined;
  const { https, vip } = endpointsOf(config);
  const published = `https://${bracketed(askedAddress(config.ports))}:${config.ports.https}`;
  const [error, direct] = await Promise.all([ask(new URL(published), config, trust), ask(new URL(vip), config, trust)]);
  if (error === '') return undefined;
  const what = `clients get no answer of the API at ${https} (${inWords(error)}), `;
  return direct === ''
    ? { what: `${what}but they do at ${vip}`, remedy: '"haplat up" publishes the ports anew', isUnpublished: true }
    : { what: `${what}nor at ${vip} (${inWords(direct)})`, remedy: '"haplat logs" of the load balancers and the edge may tell why', isUnpublished: false };
}

/** '' or what went wrong. The certificate has the virtual address in it, whichever one is asked. */
async function ask(url: URL, { network }: Published, { ca, serverName = network.vip }: Trust): Promise<string> {
  const agent = createAgent(url, 'fresh', { ca, serverName });
  const { error } = await exchange({ url, agent, timeoutMs, connectTimeoutMs: timeoutMs }, { path });
  return error;
}

function inWords(error: string): string {
  return error.replace('HTTP_', 'HTTP ').replace(/^(CONNECT_)?TIMEOUT$/, `none within ${timeoutMs / 1000} s`);
}
