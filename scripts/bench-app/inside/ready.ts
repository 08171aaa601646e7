/** ready.ts TARGET…: waits until each answers GET /items with 200. */
import { setTimeout as pause } from 'node:timers/promises';
import { Connection, requestText, targetOf } from './client.ts';

const deadline = performance.now() + 30_000;
for (const text of process.argv.slice(2)) {
  const target = targetOf(text);
  const connection = new Connection(target);
  while ((await connection.send(requestText(target, 'GET', '/items?limit=1'))) !== 200) {
    if (performance.now() > deadline) throw new Error(`${text} does not answer`);
    await pause(200);
  }
  connection.close();
}
console.log('{}');
