import http from 'node:http';
import https from 'node:https';
import { TLSSocket } from 'node:tls';

export interface RequestOptions {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly ca?: string;
  readonly agent?: https.Agent;
  readonly timeoutMs?: number;
}

export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
  /** What the server's certificate is for; https only. */
  readonly fingerprint: string | undefined;
}

const defaultTimeoutMs = 10_000;

/** One request, by default on a connection of its own. Rejects when there is no whole answer in time. */
export function request(url: string, options: RequestOptions = {}): Promise<Answer> {
  const isTls = url.startsWith('https:');
  const body = options.body === undefined ? undefined : typeof options.body === 'string' ? options.body : JSON.stringify(options.body);
  return new Promise((resolve, reject) => {
    const sent = (isTls ? https : http).request(
      url,
      {
        method: options.method ?? 'GET',
        headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...options.headers },
        agent: options.agent ?? false,
        ...(options.ca !== undefined && { ca: options.ca }),
        signal: AbortSignal.timeout(options.timeoutMs ?? defaultTimeoutMs),
      },
      (response) => {
        const fingerprint = response.socket instanceof TLSSocket ? response.socket.getPeerCertificate().fingerprint256 : undefined;
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(chunks).toString(), fingerprint });
        });
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

export function jsonOf(answer: Answer): Record<string, unknown> {
  return JSON.parse(answer.text) as Record<string, unknown>;
}

/** The status of a POST to a Unix socket. */
export const statusOfPost = (socketPath: string, path: string, body: string): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': body.length };
    http.request({ socketPath, path, method: 'POST', headers }, (response) => { resolve(response.resume().statusCode); }).on('error', reject).end(body);
  });
