import http from 'node:http';
import https from 'node:https';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { checkServerIdentity, createSecureContext, TLSSocket } from 'node:tls';

export interface Trusted {
  readonly ca: string | undefined;
  readonly serverName: string | undefined;
}

/** What is measured is whether an answer comes: the cheapest that every server has, which leaves the machine to it. */
const ecdhCurve = 'X25519:P-256';

/** Agents for connections that are made anew each time, or kept. Certificates are checked, sessions never resumed. */
export function createAgent(url: URL, kind: 'fresh' | 'pooled', { ca, serverName = url.hostname }: Trusted): http.Agent {
  const keep = kind === 'pooled' ? { keepAlive: true, scheduling: 'lifo' as const } : { keepAlive: false };
  if (url.protocol === 'http:') return new http.Agent(keep);
  // One context for all: with a `ca` of its own each connection reads that anew, a fifth of what a new one costs the probe.
  // Whoever is trusted need not be at the chain's end: of a user's certificate its issuer may not be at hand.
  const secureContext = createSecureContext({ ecdhCurve, allowPartialTrustChain: true, ...(ca !== undefined && { ca }) });
  return new NameCheckingAgent(serverName, {
    ...keep,
    maxCachedSessions: 0,
    rejectUnauthorized: true,
    secureContext,
    // RFC 6066, 3: SNI carries no addresses.
    servername: isIP(serverName) === 0 ? serverName : '',
  });
}

/**
 * Has OpenSSL compare the name. Node would first take the whole chain apart into objects, for `checkServerIdentity`: a
 * fifth of what a request on a new connection costs the probe, on a machine that the platform shares with it.
 */
class NameCheckingAgent extends https.Agent {
  readonly #serverName: string;

  constructor(serverName: string, options: https.AgentOptions) {
    super(options);
    this.#serverName = serverName;
  }

  override createConnection(
    options: https.RequestOptions,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): Duplex | null | undefined {
    const connection: Duplex | null | undefined = super.createConnection({
      ...options,
      checkServerIdentity: () => nameError(this.#serverName, connection),
    }, callback);
    if (connection instanceof TLSSocket) Object.assign(connection, { getPeerCertificate: () => ({}) });
    return connection;
  }
}

function nameError(serverName: string, connection: Duplex | null | undefined): Error | undefined {
  const certificate = connection instanceof TLSSocket ? connection.getPeerX509Certificate() : undefined;
  if (certificate === undefined) return new Error('the server shows no certificate');
  const matches = isIP(serverName) === 0 ? certificate.checkHost(serverName) : certificate.checkIP(serverName);
  // Node's own error, whose code and words clients know.
  return matches === undefined ? checkServerIdentity(serverName, certificate.toLegacyObject()) : undefined;
}
