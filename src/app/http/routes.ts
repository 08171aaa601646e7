import type Router from '@koa/router';
import { readinessStatus, readyAllPath } from '../health.ts';
import type { AppContext, AppMiddleware, RequestState, WebParts } from './context.ts';
import { execute } from './execute.ts';
import { acceptJson } from './middleware.ts';
import type { Operation, Reply } from './operation.ts';
import { HttpProblem, retryAfter } from './problem.ts';

type AppRouter = Router<RequestState>;

function send(ctx: AppContext, reply: Reply): void {
  if (reply.headers !== undefined) ctx.set(reply.headers);
  ctx.status = reply.status;
  if (reply.json === undefined) return;
  ctx.body = reply.json;
  ctx.type = 'application/json';
}

/** `/items/{id}` as the router writes it. */
const pattern = (path: string): string => path.replaceAll(/\{(\w+)\}/g, ':$1');

/** Adds a route for each operation. */
export function addOperations(router: AppRouter, operations: readonly Operation[], parts: WebParts): void {
  for (const operation of operations) {
    router[operation.method](pattern(operation.path), acceptJson, async (ctx) => {
      ctx.state.route = operation.path;
      if (!parts.lifecycle.hasSchema) throw starting();
      const { requestId } = ctx.state;
      send(ctx, await execute(operation, { message: ctx.req, params: ctx.params, query: ctx.query, path: ctx.path, requestId }, parts));
    });
  }
}

const starting = (): HttpProblem =>
  new HttpProblem(503, 'The service is starting.', { kind: 'starting', headers: retryAfter });

/** Adds the routes that need no database: what this is, whether it lives, whether it is ready, how it fares. */
export function addSystemRoutes(router: AppRouter, parts: WebParts & { readonly openApi: () => string }): void {
  const { metrics } = parts;
  const get = (path: string, answer: AppMiddleware): void => {
    router.get(path, async (ctx, next) => {
      ctx.state.route = path;
      await answer(ctx, next);
    });
  };
  get('/', (ctx) => {
    send(ctx, { status: 200, json: JSON.stringify(describe(parts.instance)) });
  });
  get('/healthz', (ctx) => {
    send(ctx, { status: 200, json: '{"status":"alive"}' });
  });
  for (const path of ['/readyz', readyAllPath]) {
    get(path, (ctx) => {
      const state = parts.readiness();
      send(ctx, { status: readinessStatus(state, path), json: JSON.stringify(state) });
    });
  }
  // For balancers: during a database outage a replica that says why is better than none.
  get('/readyz/traffic', (ctx) => {
    const takesTraffic = parts.takesTraffic();
    send(ctx, { status: takesTraffic ? 200 : 503, json: JSON.stringify({ takesTraffic }) });
  });
  get('/openapi.json', (ctx) => {
    send(ctx, { status: 200, json: parts.openApi() });
  });
  get('/metrics', async (ctx) => {
    ctx.body = await metrics.registry.metrics();
    ctx.set('Content-Type', metrics.registry.contentType);
  });
}

const describe = (instance: string) => ({
  name: 'haplat',
  instance,
  links: { items: '/items', openapi: '/openapi.json', health: '/healthz', readiness: '/readyz' },
});
