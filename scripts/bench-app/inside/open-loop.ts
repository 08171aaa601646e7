/**
 * open-loop.ts RATE SECONDS PATH HOST:PORT…: a GET is due every 1/RATE seconds whether or not the last one came back.
 * Latency counts from when it was due. Prints percentiles in milliseconds as JSON. Runs in a container on the data network.
 */
import { addressOf, Connection, requestText } from './client.ts';

const [rateText = '', secondsText = '', path = '/', ...targets] = process.argv.slice(2);
const rate = Number(rateText);
const total = Math.floor(rate * Number(secondsText));
const request = requestText('GET', path);
const tickMs = 1;

const idle = targets.map((): Connection[] => []);
const latencies: number[] = [];
let failed = 0;
let sent = 0;
let answered = 0;

async function ask(index: number, dueMs: number): Promise<void> {
  const which = index % targets.length;
  const { host, port } = addressOf(targets[which] ?? '');
  const connection = idle[which]?.pop() ?? new Connection(host, port);
  const status = await connection.send(request);
  latencies.push(performance.now() - dueMs);
  if (status === 200) idle[which]?.push(connection);
  else failed += 1;
  answered += 1;
}

const startedAtMs = performance.now();
await new Promise<void>((resolve) => {
  const timer = setInterval(() => {
    const due = Math.min(total, Math.floor(((performance.now() - startedAtMs) * rate) / 1000));
    for (; sent < due; sent += 1) void ask(sent, startedAtMs + (sent * 1000) / rate);
    if (sent < total || answered < total) return;
    clearInterval(timer);
    resolve();
  }, tickMs);
});
for (const connection of idle.flat()) connection.close();
const sorted = latencies.toSorted((a, b) => a - b);
const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
console.log(JSON.stringify({ sent, failed, p50: at(0.5), p99: at(0.99), max: at(1) }));
