import type Koa from 'koa';
import type { Readiness } from '../health.ts';
import type { Logger } from '../logging.ts';
import type { Metrics } from '../metrics.ts';
import type { RecentOutcomes } from '../recent-outcomes.ts';
import type { Lifecycle } from '../lifecycle.ts';
import type { ExecuteOptions } from './execute.ts';

/** What middleware knows of a request. */
export interface RequestState {
  requestId: string;
  /** The pattern of the route that matched, for logs and metrics: never the path itself, of which there is no end. */
  route?: string;
}

export type AppMiddleware = Koa.Middleware<RequestState>;
export type AppContext = Parameters<AppMiddleware>[0];

/** What the web application is put together from. */
export interface WebParts extends ExecuteOptions {
  readonly instance: string;
  readonly logger: Logger;
  readonly lifecycle: Lifecycle;
  readonly metrics: Metrics;
  readonly answers: Pick<RecentOutcomes, 'note'>;
  readonly readiness: () => Readiness;
  /** Whether a balancer should send requests here. */
  readonly takesTraffic: () => boolean;
}
