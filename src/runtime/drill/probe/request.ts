import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';

export interface Target {
  readonly url: URL;
  readonly agent: http.Agent;
  readonly timeoutMs: number;
  readonly connectTimeoutMs: number;
}

export interface Exchange {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  /** Default: the target's own. */
  readonly path?: string;
  readonly body?: unknown;
  /** Whether the answer's body is wanted. */
  readonly keepBody?: boolean;
}

export interface Answer {
  /** 0 without an answer. */
  readonly status: number;
  /** `ECONNREFUSED`, `CONNECT_TIMEOUT`, `TIMEOUT`, `HTTP_502`, …; '' for a 2xx. */
  readonly error: string;
  readonly servedBy: string;
  readonly body: string;
  /** Whether the request can have reached the other side: if not, it had no effect for certain. */
  readonly sent: boolean;
}

/** One request with its own limits. Never rejects: what went wrong is part of the answer. */
export async function exchange(target: Target, { method = 'GET', path, body, keepBody = false }: Exchange = {}): Promise<Answer> {
  const { promise, resolve } = Promise.withResolvers<Answer>();
  const state = { status: 0, servedBy: '', sent: false };
  const payload = body === undefined ? undefined : JSON.stringify(body);
  const request = (target.url.protocol === 'http:' ? http : https).request({
    host: target.url.hostname,
    port: target.url.port === '' ? undefined : target.url.port,
    path: path ?? `${target.url.pathname}${target.url.search}`,
    method,
    agent: target.agent,
    headers: { ...(payload !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) }) },
  });
  const giveUp = (code: string) => request.destroy(Object.assign(new Error(code), { code }));
  const total = setTimeout(() => giveUp('TIMEOUT'), target.timeoutMs);
  const settle = (error: string, text = '') => {
    clearTimeout(total);
    resolve({ ...state, error, body: text });
  };
  request.once('socket', (socket) => {
    limitConnecting(socket, target, giveUp, () => (state.sent = true));
  });
  request.on('error', (error) => {
    settle(codeOf(error));
  });
  request.once('response', (response) => {
    state.status = response.statusCode ?? 0;
    state.servedBy = headerText(response.headers['x-served-by']);
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => {
      if (keepBody) chunks.push(chunk);
    });
    response.on('error', (error) => {
      settle(codeOf(error));
    });
    response.once('end', () => {
      const isOk = state.status >= 200 && state.status < 300;
      settle(isOk ? '' : `HTTP_${state.status}`, Buffer.concat(chunks).toString('utf8'));
    });
  });
  request.end(payload);
  return promise;
}

function limitConnecting(socket: Socket, target: Target, giveUp: (code: string) => void, onConnected: () => void): void {
  if (!socket.connecting) {
    onConnected();
    return;
  }
  const timer = setTimeout(() => {
    giveUp('CONNECT_TIMEOUT');
  }, target.connectTimeoutMs);
  const clear = () => {
    clearTimeout(timer);
  };
  socket.once(target.url.protocol === 'http:' ? 'connect' : 'secureConnect', () => {
    clear();
    onConnected();
  });
  socket.once('close', clear);
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

function headerText(value: string | string[] | undefined): string {
  return typeof value === 'string' ? value : '';
}
