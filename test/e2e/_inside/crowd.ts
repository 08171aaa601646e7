/**
 * crowd.ts HOST:PORT COUNT: asks so many times at once, each on a connection of its own, for a new item; and meanwhile
 * whether the server lives. Prints the answers' statuses and times in ms as JSON. Runs on the data network.
 */
import { request } from 'node:http';

const [target = '', count = ''] = process.argv.slice(2);
const [host = '', port = ''] = target.split(':');

interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly ms: number;
}

function ask(method: string, path: string, body?: string): Promise<Answer> {
  const startedAtMs = performance.now();
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { 'content-type': 'application/json', 'content-length': body.length };
    const sent = request({ host, port, method, path, agent: false, headers, timeout: 20_000 }, (response) => {
      response.resume();
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'], ms: performance.now() - startedAtMs });
      });
    });
    sent.on('error', reject);
    sent.on('timeout', () => { sent.destroy(new Error('no answer')); });
    sent.end(body);
  });
}

const crowd = Array.from({ length: Number(count) }, () => ask('POST', '/items', '{"name":"crowd"}'));
const alive = await ask('GET', '/healthz');
process.stdout.write(JSON.stringify({ alive, answers: await Promise.all(crowd) }));
