import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

const headEnd = Buffer.from('\r\n\r\n');

/** Whoever says nothing for so long has not answered: who had the address may be gone without a word. */
const silenceMs = 10_000;

/**
 * Just enough of HTTP/1.1 to load a server without being the load: bodies by their Content-Length, connections kept
 * where the server keeps them.
 */
export class Connection {
  readonly #target: Target;
  #socket: Socket | undefined;
  #received: Buffer = Buffer.alloc(0);
  #done: ((status: number) => void) | undefined;

  constructor(target: Target) {
    this.#target = target;
  }

  /** Resolves to the status, 0 when there was no answer. */
  send(request: string): Promise<number> {
    return new Promise((resolve) => {
      this.#done = resolve;
      this.#open().write(request);
    });
  }

  close(): void {
    this.#socket?.destroy();
  }

  #open(): Socket {
    if (this.#socket !== undefined && !this.#socket.destroyed) return this.#socket;
    const { host, port, tls } = this.#target;
    // Who answers is known: it is the load that is measured, not the certificate.
    const socket = tls ? connectTls({ host, port, rejectUnauthorized: false }) : connect({ host, port });
    socket.setNoDelay(true);
    this.#received = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => { this.#take(socket, chunk); });
    socket.on('error', () => { socket.destroy(); });
    socket.setTimeout(silenceMs, () => { socket.destroy(); });
    socket.on('close', () => {
      if (this.#socket === socket) this.#finish(0);
    });
    this.#socket = socket;
    return socket;
  }

  #take(socket: Socket, chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const end = this.#received.indexOf(headEnd);
    if (end < 0) return;
    const head = this.#received.toString('latin1', 0, end);
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0);
    if (this.#received.length < end + headEnd.length + length) return;
    this.#received = Buffer.alloc(0);
    if (/\r\nconnection: close/i.test(head)) {
      this.#socket = undefined;
      socket.destroy();
    }
    this.#finish(Number(head.slice(9, 12)));
  }

  #finish(status: number): void {
    const done = this.#done;
    this.#done = undefined;
    done?.(status);
  }
}

/** Whom requests go to. */
export interface Target {
  readonly tls: boolean;
  readonly host: string;
  readonly port: number;
  /** What the Host header says: by it a balancer tells the services apart. */
  readonly name: string;
}

/** `172.27.16.5:3000`, or by TLS and with a Host header `https://172.27.16.100:443@peer.bench`. */
export function targetOf(text: string): Target {
  const { scheme, host = '', port, name = 'bench' } = /^(?<scheme>https:\/\/)?(?<host>[^:@]+):(?<port>\d+)(?:@(?<name>.+))?$/.exec(text)?.groups ?? {};
  return { tls: scheme !== undefined, host, port: Number(port), name };
}

export const requestText = ({ name }: Target, method: string, path: string, body = ''): string =>
  `${method} ${path} HTTP/1.1\r\nHost: ${name}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
