import { ports } from './ports.ts';

/** What a status code of Traefik's own says about a replica: it went away (502) or did not answer in time (504). */
const repliesOfDeadReplicas = '502,504';

/**
 * What the API takes at most (BODY_LIMIT_BYTES): larger bodies are refused by it, and need no second try. Traefik sets
 * aside this much for every request that may be repeated, of those without a body too: with its default of 2 MiB that
 * was a quarter of its processor time, with what collecting it takes.
 */
const retriedBodyBytes = 65_536;

/**
 * Each attempt takes the next server, and others take theirs in between: with two it may be the dead one each time with a
 * chance of one in two. With ten attempts, a read failed in one of thirty kills of a replica.
 */
const attempts = '20';
const firstIntervalOfRetries = '10ms';

/**
 * To be raised with each change of the labels below. Of a router, a middleware or a service that two containers describe
 * in different ways Traefik takes neither: with the same names, a rolling update from one haplat to the next would leave
 * clients with 404.
 */
const revision = 4;
/**
 * With the rank above what earlier revisions had, and little above what Traefik gives the rule below without a priority, its
 * length (15): a longer rule, for a host of somebody else's, still goes first.
 */
const leastPriority = 8;

/**
 * How Traefik finds the replicas. Those that say the same become the servers of one service. Of two sets, of which one is
 * older, the newer has all requests as soon as it has a replica, so that the last old one may go.
 */
export function traefikLabels(image: string): Record<string, string> {
  // Of each revision three priorities: without retries by status, with them, and for what must not be repeated by status.
  const rank = 3 * revision + Number(retriesAnswers(image));
  const service = `app-${rank}`;
  const servers = `traefik.http.services.${service}.loadbalancer`;
  const retry = `traefik.http.middlewares.retry-${rank}.retry`;
  const router = (name: string, own: Readonly<Record<string, string>>, priority = leastPriority + rank): Record<string, string> =>
    Object.fromEntries(
      Object.entries({ ...own, priority: String(priority) }).map(([key, value]) => [`traefik.http.routers.${name}-${rank}.${key}`, value]),
    );
  return {
    'traefik.enable': 'true',
    // Keepalived's check asks for it: Traefik has read the application's labels as soon as this answers.
    ...router('ready', { rule: 'Path(`/ready`)', entrypoints: 'ping', service: 'ping@internal' }),
    // Asked in the same way: whether this balancer reaches a replica.
    ...router('reach', { rule: 'Path(`/healthz`)', entrypoints: 'ping', service }),
    // The service is named, because a second router makes the choice of one ambiguous.
    ...router('app', { rule: `PathPrefix(\`/\`) && ${notForClients}`, entrypoints: 'websecure', tls: 'true', middlewares: `retry-${rank}`, service }),
    ...(retriesAnswers(image) && unrepeatable(rank, service, router)),
    [`${retry}.attempts`]: attempts,
    [`${retry}.initialinterval`]: firstIntervalOfRetries,
    ...(retriesAnswers(image) && { [`${retry}.status`]: repliesOfDeadReplicas, [`${retry}.maxrequestbodybytes`]: String(retriedBodyBytes) }),
    [`${servers}.server.port`]: String(ports.api),
    // Of the replica alone (503 while it drains, or before its migrations): a database that is down must not empty the
    // pool, because then Traefik would answer instead of the API.
    [`${servers}.healthcheck.path`]: '/readyz/traffic',
    // An answer without a body leaves its connection to be used again. After a GET each check opened a new one, and on a
    // busy machine that took longer than the dial timeout, which is short for the sake of dead replicas.
    [`${servers}.healthcheck.method`]: 'HEAD',
    // Traefik 2 wants the timeout below the interval. It is as long as it can be: one answer that a busy machine delays
    // takes the replica out, and the last one with it. Who is dead is known by the Engine's event and by the retries.
    [`${servers}.healthcheck.interval`]: '1s',
    [`${servers}.healthcheck.timeout`]: '900ms',
  };
}

/** What is asked of each replica by itself, on the networks inside. */
const notForClients = '!Path(`/metrics`)';

/**
 * Traefik repeats by status whatever is no POST, PATCH or LOCK, also when the replica has carried it out and died before it
 * could say so. A PUT with If-Match would then be told 412, and a DELETE 404, for what they did themselves; a PUT that a
 * frozen replica still has before it would undo the next one. These are repeated only as long as nothing of them was sent.
 */
function unrepeatable(
  rank: number,
  service: string,
  router: (name: string, own: Readonly<Record<string, string>>, priority: number) => Record<string, string>,
): Record<string, string> {
  const retry = `unsent-${rank}`;
  const own = { rule: 'Method(`PUT`) || Method(`DELETE`)', entrypoints: 'websecure', tls: 'true', middlewares: retry, service };
  return {
    ...router('change', own, leastPriority + rank + 1),
    [`traefik.http.middlewares.${retry}.retry.attempts`]: attempts,
    [`traefik.http.middlewares.${retry}.retry.initialinterval`]: firstIntervalOfRetries,
  };
}

/**
 * Whether this Traefik retries by status (3.7 and later). Others retry only what was not sent yet, so that what a
 * replica takes with it when it dies fails, and reject labels that they don't know, with all the others beside them.
 * Where the tag does not tell the version, the label is left out. A digest behind a tag is that tag's.
 */
export function retriesAnswers(image: string): boolean {
  const tag = /^[^@]+:v?(?<major>\d+)(?:\.(?<minor>\d+))?(?:[.-][\w.-]*)?(?:@.+)?$/.exec(image)?.groups;
  if (tag === undefined) return false;
  const major = Number(tag['major']);
  // `v3` alone is the newest 3.
  const minor = tag['minor'] === undefined ? Infinity : Number(tag['minor']);
  return major > 3 || (major === 3 && minor >= 7);
}
