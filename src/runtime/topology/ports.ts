/** Ports inside the platform; those on the host are the configuration's. */
export const ports = {
  http: 80,
  https: 443,
  /** Redirects to the published HTTPS port, where that is not 443. */
  webPublished: 8081,
  dashboard: 8080,
  ping: 8082,
  traefikMetrics: 8083,
  /** UDP: a node says that it still serves what it has, although it gives the address up. */
  handover: 8084,
  api: 3000,
  worker: 3001,
  guardian: 3002,
  postgres: 5432,
  amqp: 5672,
  rabbitmqManagement: 15_672,
  engineProxy: 2375,
  netdata: 19_999,
} as const;
