import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import { downtimeOf, resolutionOf } from '../../../../../src/runtime/drill/judge/downtime.ts';
import type { Sample } from '../../../../../src/runtime/drill/judge/history.ts';
import { probeLineSchema } from '../../../../../src/runtime/drill/probe/lines.ts';
import { serveProbe } from '../../../../../src/runtime/drill/probe/main.ts';
import { probeOptionsSchema } from '../../../../../src/runtime/drill/probe/options.ts';

const rate = 200;
const intervalMs = 1000 / rate;

/** A server on loopback that can be made to misbehave, and knows since when it did. */
class Server implements AsyncDisposable {
  port = 0;
  readonly #server: http.Server;
  readonly #sockets = new Set<Socket>();
  readonly #held: http.ServerResponse[] = [];
  #mood: 'well' | 'reset' | 'hang' = 'well';

  constructor() {
    this.#server = http.createServer((_request, response) => {
      if (this.#mood === 'reset') response.socket?.resetAndDestroy();
      else if (this.#mood === 'hang') this.#held.push(response);
      else response.end('{}');
    });
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  async listen(): Promise<void> {
    this.#server.listen(this.port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.port = (this.#server.address() as AddressInfo).port;
  }

  async misbehave(how: 'refuse' | 'reset' | 'hang', forMs: number): Promise<{ fromMs: number; lastedMs: number }> {
    const fromMs = performance.timeOrigin + performance.now();
    if (how === 'refuse') await this.#close();
    else this.#mood = how;
    await delay(forMs);
    if (how === 'refuse') await this.listen();
    this.#mood = 'well';
    for (const response of this.#held.splice(0)) response.end('{}');
    return { fromMs, lastedMs: performance.timeOrigin + performance.now() - fromMs };
  }

  async #close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
  }
}

const faults = [
  ['refuse', 50], ['refuse', 1000], ['reset', 300], ['hang', 250], ['hang', 2500],
] as const;

for (const mode of ['fresh', 'pooled'] as const) {
  for (const [how, forMs] of faults) {
    test.serial(`the downtime of a server that will ${how} for ${forMs} ms is right within two resolutions, ${mode} connections`, async (t) => {
      await using server = new Server();
      await server.listen();
      const samples: Sample[] = [];
      let originMs = 0;
      const out = {
        write(text: string) {
          const line = probeLineSchema.parse(JSON.parse(text));
          if (line.type === 'start') originMs = line.at;
          if (line.type !== 'samples') return;
          for (const [due, start, end, , error] of line.samples) {
            samples.push({ mode: line.mode, dueMs: originMs + due, startMs: originMs + start, endMs: originMs + end, ok: error === '', error });
          }
        },
      };
      const stop = new AbortController();
      const url = `http://127.0.0.1:${server.port}/`;
      const options = probeOptionsSchema.parse({ url, rate, modes: [mode], timeoutMs: 1000 });
      const probe = serveProbe({ options, env: {}, signal: stop.signal, out });
      await delay(300);
      const { fromMs, lastedMs } = await server.misbehave(how, forMs);
      await delay(300);
      stop.abort();
      await probe;
      const found = downtimeOf(samples, fromMs, intervalMs);
      const error = Math.abs((found?.downtimeMs ?? Infinity) - lastedMs);
      const resolutionMs = resolutionOf(samples, fromMs, found, intervalMs);
      t.true(error <= 2 * resolutionMs, `${found?.downtimeMs} ms measured, ${lastedMs} ms in truth, resolution ${resolutionMs} ms`);
    });
  }
}
