import { once } from 'node:events';
import { connect, createServer, type ListenOptions, type Socket } from 'node:net';
import { engineSocket } from './_platform.ts';

/** The Engine that is here, at a path of its own: a socket that can go and come again without the Engine. */
export async function engineSocketAt(path: string): Promise<AsyncDisposable> {
  return engineAt({ path });
}

/** The Engine that is here, by TCP on a loopback port that is free. */
export async function engineByTcp(): Promise<AsyncDisposable & { readonly host: string }> {
  const engine = await engineAt({ host: '127.0.0.1', port: 0 });
  return { ...engine, host: `tcp://127.0.0.1:${engine.port}` };
}

async function engineAt(where: ListenOptions): Promise<AsyncDisposable & { readonly port: number }> {
  const open = new Set<Socket>();
  // Who gives a command its input says by half a close that there is no more.
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const engine = connect({ path: engineSocket, allowHalfOpen: true });
    for (const [one, other] of [[client, engine], [engine, client]] as const) {
      open.add(one);
      one.on('error', () => { other.destroy(); });
      one.on('close', () => { open.delete(one); });
      one.pipe(other);
    }
  });
  server.listen(where);
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    async [Symbol.asyncDispose]() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}
