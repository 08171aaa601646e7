import { createServer, type RequestListener, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ListenError } from '../errors.ts';

export interface ServerOptions {
  readonly host: string;
  readonly port: number;
  /** For the whole request to arrive. */
  readonly requestTimeoutMs: number;
  readonly keepAliveTimeoutMs: number;
  /** Who neither sends nor takes a byte for so long is cut off. Default 20 s. */
  readonly stalledTimeoutMs?: number;
}

/**
 * How many connections may wait to be accepted: as many as Linux allows by default (net.core.somaxconn, listen(2)). One too
 * many is silently dropped, and who opened it waits for a second before it tries again.
 */
const backlog = 4096;

/** An answer that nobody reads is kept in memory, a megabyte of it, and nothing else ends that. Our own take a few seconds at most. */
const defaultStalledTimeoutMs = 20_000;

const BAD_REQUEST = JSON.stringify({ type: 'about:blank', title: 'Bad Request', status: 400, detail: 'The request is not HTTP.' });

/** Of each server those that are open. Node knows no connection as idle that never carried a request. */
const connections = new WeakMap<Server, Set<Socket>>();

/** Starts an HTTP server. Throws ListenError when the port is taken or not allowed. */
export async function listen(handler: RequestListener, options: ServerOptions): Promise<Server> {
  const server = createServer(
    {
      keepAliveTimeout: options.keepAliveTimeoutMs,
      requestTimeout: options.requestTimeoutMs,
      headersTimeout: Math.min(options.requestTimeoutMs, 10_000),
      // How often the two above are looked after.
      connectionsCheckingInterval: 2_000,
      maxHeaderSize: 16_384,
    },
    handler,
  );
  server.on('clientError', answerGarbage);
  server.setTimeout(options.stalledTimeoutMs ?? defaultStalledTimeoutMs);
  const open = new Set<Socket>();
  connections.set(server, open);
  server.on('connection', (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => { reject(new ListenError(options.port, error)); });
    server.listen(options.port, options.host, backlog, resolve);
  });
  return server;
}

function answerGarbage(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const status = { HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large', ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout' }[error.code ?? ''];
  const head = status ?? '400 Bad Request';
  const body = status === undefined ? BAD_REQUEST : '';
  // Half open, who never closes its side would keep it for ever.
  socket.end(
    `HTTP/1.1 ${head}\r\nContent-Type: application/problem+json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
    () => { socket.destroy(); },
  );
}

/** Stops accepting, closes what carries no request, and waits for the requests in flight; those not done after `graceMs` are cut off. */
export async function closeServer(server: Server, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => { server.close(() => { resolve(); }); });
  server.closeIdleConnections();
  // What has arrived is read before it is decided that nothing has.
  await nextTurn();
  for (const socket of connections.get(server) ?? []) if (socket.bytesRead === 0) socket.destroy();
  const timer = setTimeout(() => { server.closeAllConnections(); }, graceMs);
  await closed;
  clearTimeout(timer);
}
