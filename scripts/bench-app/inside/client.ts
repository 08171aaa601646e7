import { connect, type Socket } from 'node:net';

const headEnd = Buffer.from('\r\n\r\n');

/**
 * Just enough of HTTP/1.1 to load a server without being the load: bodies by their Content-Length, connections kept
 * where the server keeps them.
 */
export class Connection {
  readonly #host: string;
  readonly #port: number;
  #socket: Socket | undefined;
  #received: Buffer = Buffer.alloc(0);
  #done: ((status: number) => void) | undefined;

  constructor(host: string, port: number) {
    this.#host = host;
    this.#port = port;
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
    const socket = connect({ host: this.#host, port: this.#port, noDelay: true });
    this.#received = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => { this.#take(socket, chunk); });
    socket.on('error', () => { socket.destroy(); });
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

/** `app_1:3000` → its two parts. */
export function addressOf(text: string): { readonly host: string; readonly port: number } {
  const [host = '', port] = text.split(':');
  return { host, port: Number(port) };
}

export const requestText = (method: string, path: string, body = ''): string =>
  `${method} ${path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
