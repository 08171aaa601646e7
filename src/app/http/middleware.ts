import { readyAllPath } from '../health.ts';
import type { AppContext, AppMiddleware, WebParts } from './context.ts';
import { HttpProblem, problemJson, PROBLEM_TYPE, toProblem } from './problem.ts';
import { requestIdFrom, traceparentFrom } from './request-id.ts';

const securityHeaders = {
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-store',
};

/** What the server failed to do, by its own fault or that of what it depends on: not a method that nobody knows (501). */
const failures: ReadonlySet<number> = new Set([500, 502, 503, 504]);

// Asked every second by balancers and monitors: of no interest unless it goes wrong.
const quietRoutes = new Set(['/healthz', '/readyz', readyAllPath, '/readyz/traffic', '/metrics']);

/** The outermost layer: request id, who answered, common headers, one log line and one measurement for each request. */
export const observe = (parts: WebParts): AppMiddleware => {
  const { instance, lifecycle } = parts;
  return async (ctx, next) => {
    const startedMs = performance.now();
    ctx.state.requestId = requestIdFrom(ctx.req.headers['x-request-id']);
    ctx.set('X-Request-Id', ctx.state.requestId);
    ctx.set('X-Served-By', instance);
    ctx.set(securityHeaders);
    await next();
    if (lifecycle.draining) ctx.set('Connection', 'close');
    record(ctx, parts, performance.now() - startedMs);
  };
};

function record(ctx: AppContext, { logger, metrics, answers }: WebParts, durationMs: number): void {
  const { method, status } = ctx;
  const { requestId, route = 'unmatched' } = ctx.state;
  metrics.observeRequest(method, route, status, durationMs / 1000);
  // Where it is, says what was made: from here a job is followed by its id as well.
  const location = ctx.response.get('Location') || undefined;
  const traceparent = traceparentFrom(ctx.req.headers['traceparent']);
  const line = { requestId, traceparent, method, route, status, location, ms: Math.round(durationMs * 10) / 10 };
  if (quietRoutes.has(route)) {
    logger.debug(line, 'request');
    return;
  }
  answers.note(`${method} ${route}`, failures.has(status));
  logger[status >= 500 ? 'warn' : 'info'](line, 'request');
}

const bareProblems: Readonly<Record<number, string>> = {
  404: 'There is nothing here.',
  405: 'This method is not allowed here; the Allow header says which are.',
  501: 'This method is not known.',
};

/** Makes a problem document of everything that is thrown, and of a path or method that nothing matched. */
export const problems = ({ logger }: WebParts): AppMiddleware => {
  return async (ctx, next) => {
    try {
      await next();
      if (ctx.status >= 400 && !ctx.body) throw new HttpProblem(ctx.status, bareProblems[ctx.status] ?? ctx.message);
    } catch (error) {
      const problem = toProblem(error, { isRead: ctx.method === 'GET' || ctx.method === 'HEAD' });
      const { requestId } = ctx.state;
      // An outage is logged once, where it is noticed, not by each request that it meets.
      if (problem.status === 500) logger.error({ requestId, err: error }, 'unexpected error');
      else if (problem.status > 500) logger.debug({ requestId, err: error }, problem.message);
      ctx.set(problem.headers);
      ctx.status = problem.status;
      ctx.body = problemJson(problem, requestId);
      ctx.type = PROBLEM_TYPE;
    }
  };
};

/** Everything answers in JSON: 406 if the client takes none. */
export const acceptJson: AppMiddleware = async (ctx, next) => {
  const accept = ctx.req.headers.accept;
  // The usual ones need not be negotiated.
  const takesAny = accept === undefined || accept === '*/*' || accept === 'application/json';
  // Who asks for the type with its parameter asks for exactly what there is.
  if (!takesAny && ctx.accepts('application/json', 'application/json; charset=utf-8') === false) {
    throw new HttpProblem(406, 'Only application/json is on offer.');
  }
  await next();
};
