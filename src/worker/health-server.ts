import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Registry } from 'prom-client';
import { readinessStatus, readyAllPath, type Readiness } from '../app/health.ts';

export interface HealthParts {
  readonly instance: string;
  readonly registry: Registry;
  readonly readiness: () => Readiness;
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

const json = (status: number, body: unknown): Answer => ({ status, type: 'application/json', body: JSON.stringify(body) });

async function answer(path: string, parts: HealthParts): Promise<Answer> {
  if (path === '/healthz') return json(200, { status: 'alive' });
  if (path === '/metrics') return { status: 200, type: parts.registry.contentType, body: await parts.registry.metrics() };
  if (path !== '/readyz' && path !== readyAllPath) return json(404, { title: 'Not Found', status: 404 });
  const state = parts.readiness();
  return json(readinessStatus(state, path), state);
}

/** Answers health checks: /healthz asks the event loop only, /readyz names what is missing. */
export const healthHandler =
  (parts: HealthParts) =>
  async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const [path = '/'] = (request.url ?? '/').split('?');
    const { status, type, body } = await answer(path, parts);
    response.writeHead(status, { 'Content-Type': type, 'Cache-Control': 'no-store', 'X-Served-By': parts.instance });
    response.end(request.method === 'HEAD' ? undefined : body);
  };
