/** ready.ts HOST:PORT…: waits until each answers GET /items with 200. */
import { setTimeout as pause } from 'node:timers/promises';
import { addressOf, Connection, requestText } from './client.ts';

const deadline = performance.now() + 30_000;
for (const target of process.argv.slice(2)) {
  const { host, port } = addressOf(target);
  const connection = new Connection(host, port);
  while ((await connection.send(requestText('GET', '/items?limit=1'))) !== 200) {
    if (performance.now() > deadline) throw new Error(`${target} does not answer`);
    await pause(200);
  }
  connection.close();
}
console.log('{}');
