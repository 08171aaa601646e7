import dns, { type LookupAddress } from 'node:dns';
import { Socket, type LookupFunction } from 'node:net';
import { toError } from './errors.ts';

/** All addresses of a name, one at least. */
export type Resolve = (hostname: string) => Promise<readonly LookupAddress[]>;

export interface LookupParts {
  /** As the system does it, with its files and search list. */
  readonly system: Resolve;
  /** By asking the name server alone. */
  readonly direct: Resolve;
}

/**
 * A `lookup` for sockets that takes whichever of both answers first. The system's resolver waits 5 s for an answer that
 * is lost (resolv.conf(5), `timeout`), and where the host's own name server can't be reached, the Engine loses that to
 * the name of a container which is just being replaced. Who asks again sooner has the new address at once.
 * Fails with the system's error once neither has an address.
 */
export function createLookup({ system, direct }: LookupParts): LookupFunction {
  const shared = shareOngoing(system);
  return (hostname, options, callback) => {
    Promise.any([shared(hostname), direct(hostname)]).then(
      (addresses) => {
        if (options.all === true) callback(null, [...addresses]);
        else callback(null, addresses[0]?.address ?? '', addresses[0]?.family);
      },
      (error: unknown) => { callback(toError(error instanceof AggregateError ? error.errors[0] : error), ''); },
    );
  };
}

/** Whoever asks while the question is open shares its answer: it holds one of few threads until the system gives up. */
function shareOngoing(resolve: Resolve): Resolve {
  const ongoing = new Map<string, ReturnType<Resolve>>();
  return (hostname) => {
    const answer = ongoing.get(hostname) ?? resolve(hostname).finally(() => ongoing.delete(hostname));
    ongoing.set(hostname, answer);
    return answer;
  };
}

/** Asks the name server that the system has, or `servers`, for IPv4 addresses: four times, `timeoutMs` apart. */
export function directResolver(timeoutMs: number, servers?: readonly string[]): Resolve {
  const resolver = new dns.promises.Resolver({ timeout: timeoutMs, tries: 4, maxTimeout: timeoutMs });
  if (servers !== undefined) resolver.setServers(servers);
  return async (hostname) => (await resolver.resolve4(hostname)).map((address) => ({ address, family: 4 }));
}

export const resolveDirectly = directResolver(150);

/** How connections to the database and the broker find them. */
export const lookup = createLookup({
  system: (hostname) => dns.promises.lookup(hostname, { all: true }),
  direct: resolveDirectly,
});

/** For a library that is given a socket and then connects it by port and name, or by a path: it can pass no `lookup`. */
export class LookupSocket extends Socket {
  override connect(portOrPath: unknown, host?: unknown): this {
    if (typeof host !== 'string') return super.connect({ path: String(portOrPath) });
    return super.connect({ port: Number(portOrPath), host, lookup });
  }
}
