import { METHODS } from 'node:http';
import Router from '@koa/router';
import Koa from 'koa';
import type { RequestState, WebParts } from './http/context.ts';
import { observe, problems } from './http/middleware.ts';
import { openApiDocument } from './http/openapi.ts';
import { addOperations, addSystemRoutes } from './http/routes.ts';
import { itemOperations } from './items/operations.ts';
import { jobOperations } from './jobs/operations.ts';
import { API_VERSION } from './version.ts';

/** All operations of the API, in the order of its documentation. */
export const operations = [...itemOperations, ...jobOperations];

/** The web application, to be given to an HTTP server as its handler. */
export function createWebApp(parts: WebParts): Koa<RequestState> {
  const app = new Koa<RequestState>();
  // What arrives here happened after the answer had begun (a client that went away): there is nobody to tell.
  app.on('error', (err: unknown) => { parts.logger.debug({ err }, 'response failed'); });
  // All methods that Node can read, so that those not on offer are a 405, not a 501. Paths as they are written: what a balancer
  // keeps from clients must not be had by another spelling.
  const router = new Router<RequestState>({ methods: METHODS, strict: true, sensitive: true });
  let document: string | undefined;
  // Made when it is first asked for: a replica that was killed should be back soon, on a machine that has enough to do.
  const openApi = () => (document ??= JSON.stringify(openApiDocument(operations, API_VERSION)));
  addSystemRoutes(router, { ...parts, openApi });
  addOperations(router, operations, parts);
  app.use(observe(parts));
  app.use(problems(parts));
  app.use(router.routes());
  // Answers OPTIONS, and sets 405 with Allow, 501: bare, until `problems` gives them their documents.
  app.use(router.allowedMethods());
  return app;
}
