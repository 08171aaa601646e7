import pg from 'pg';
import { LookupSocket } from '../lookup.ts';
import type { CommonSettings } from '../settings.ts';
import { readSecret } from '../settings.ts';

type OidOf = Parameters<typeof pg.types.getTypeParser>[0];

/** `2026-01-02 03:04:05.678+00`, as a session in UTC writes it, to RFC 3339. */
export const timestampToRfc3339 = (text: string): string => `${text.slice(0, 10)}T${text.slice(11).replace(/\+00$/, 'Z')}`;

// Timestamps and JSON are only passed on: as text they need not be parsed and printed again.
// The cast is for @types/pg, which describes getTypeParser by overloads that no plain function satisfies.
const types = {
  getTypeParser: ((oid: OidOf, format?: 'text' | 'binary') => {
    if (oid === pg.types.builtins.TIMESTAMPTZ) return timestampToRfc3339;
    if (oid === pg.types.builtins.JSONB) return (text: string) => text;
    return pg.types.getTypeParser(oid, format) as (text: string) => unknown;
  }) as typeof pg.types.getTypeParser,
};

/** How every connection is opened. The password is read anew for each, so that rotating the file is enough. */
export function connectionConfig(settings: CommonSettings, purpose: string): pg.ClientConfig {
  return {
    host: settings.DB_HOST,
    port: settings.DB_PORT,
    stream: () => new LookupSocket(),
    database: settings.DB_NAME,
    user: settings.DB_USER,
    password: () => readSecret('DB_PASSWORD_FILE', settings.DB_PASSWORD_FILE),
    application_name: `${settings.INSTANCE}/${purpose}`,
    connectionTimeoutMillis: settings.DB_CONNECT_TIMEOUT_MS,
    statement_timeout: settings.DB_STATEMENT_TIMEOUT_MS,
    lock_timeout: settings.DB_STATEMENT_TIMEOUT_MS,
    // The client's own limit, for a server that is frozen and so keeps no promise.
    query_timeout: settings.DB_STATEMENT_TIMEOUT_MS + 500,
    idle_in_transaction_session_timeout: 15_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 5_000,
    // Every statement is meant for one plan. Left to choose, the server planned a page of items anew each time (20 times of
    // 20 in pg_prepared_statements): it takes an unknown LIMIT for a tenth of the table.
    options: '-c TimeZone=UTC -c DateStyle=ISO -c plan_cache_mode=force_generic_plan',
    types,
  };
}

/** Connects a client of one's own, with errors on it handled: they reach `onError`, never the process. */
export async function connectClient(config: pg.ClientConfig, onError: (error: Error) => void): Promise<pg.Client> {
  const client = new pg.Client(config);
  client.on('error', onError);
  await client.connect();
  return client;
}

/** Whether the server is there and takes writes (a standby does not), and what else is asked on its connection. Throws if not. */
export async function probeDatabase(settings: CommonSettings, askMore: (client: pg.Client) => Promise<void>): Promise<void> {
  const config = { ...connectionConfig(settings, 'probe'), query_timeout: settings.DB_CONNECT_TIMEOUT_MS };
  const client = new pg.Client(config);
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ standby: boolean }>('SELECT pg_is_in_recovery() AS standby');
    if (rows[0]?.standby !== false) throw new Error('the server is a standby');
    await askMore(client);
  } finally {
    // A server that does not answer would not answer the goodbye either.
    void client.end().catch(() => undefined);
  }
}
