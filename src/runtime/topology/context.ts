import type { Config } from '../config/schema/config.ts';

/** What the topology depends on besides the configuration; handed in, so that building it stays pure. */
export interface TopologyContext {
  readonly config: Config;
  /** Absolute path of this project's folder: `files/<service>/`, `tls/` (leaf certificate and key), `ca/`. */
  readonly stateDirectory: string;
  /** The Engine's socket on its own host. */
  readonly engineSocket: string;
  /** Who owns the rendered files, and whom our own containers run as; never root's uid. */
  readonly owner: { readonly uid: number; readonly gid: number };
  /** References of the images that haplat builds itself; their tags are content hashes. */
  readonly images: { readonly runtime: string; readonly keepalived: string; readonly cluster: string; readonly edge: string };
  readonly secrets: Secrets;
  /** Path below templates/ → text. */
  readonly templates: Readonly<Record<string, string>>;
}

export interface Secrets {
  readonly dbPassword: string;
  /** For Netdata's PostgreSQL collector (role with pg_monitor). */
  readonly dbMonitorPassword: string;
  readonly brokerPassword: string;
  /** For Netdata's RabbitMQ collector (a `monitoring` user). */
  readonly brokerMonitorPassword: string;
}
