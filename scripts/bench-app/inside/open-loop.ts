/**
 * open-loop.ts SHARE SECONDS PATH TARGET…: the most requests a second that 16 connections get, then SHARE of those: a GET
 * is due each 1/rate seconds whether or not the last one came back. Latency counts from when it was due, also where it had to
 * wait for one of the 64 connections, which are kept open. The first two seconds, in which these are opened, are not counted.
 * The peak is this program's own, as it takes its part of the same processors. Prints the rate, and percentiles in
 * milliseconds, as JSON. Runs in a container on the data network.
 */
import { Connection, requestText, targetOf } from './client.ts';

const [shareText = '', secondsText = '', path = '/', ...texts] = process.argv.slice(2);
const targets = texts.map(targetOf);
const requests = targets.map((target) => requestText(target, 'GET', path));
const connections = { peak: 16, open: 64 };
const peakMs = 6000;
const tickMs = 1;
const warmUpMs = 2000;

async function peakRate(): Promise<number> {
  let answered = 0;
  const startedAtMs = performance.now();
  const ask = async (which: number): Promise<void> => {
    const [target, request] = [targets[which], requests[which]];
    if (target === undefined || request === undefined) throw new Error('no target');
    const connection = new Connection(target);
    while (performance.now() - startedAtMs < peakMs) if ((await connection.send(request)) === 200) answered += 1;
    connection.close();
  };
  await Promise.all(Array.from({ length: connections.peak }, (_, index) => ask(index % targets.length)));
  return (answered * 1000) / (performance.now() - startedAtMs);
}

async function openLoop(rate: number, seconds: number): Promise<{ latencies: number[]; failed: number }> {
  const total = Math.floor(rate * (seconds + warmUpMs / 1000));
  const latencies: number[] = [];
  let [failed, sent, answered] = [0, 0, 0];
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const startedAtMs = performance.now();
  const dueMs = (index: number): number => startedAtMs + (index * 1000) / rate;
  // Each goes on while requests are due, and is idle otherwise.
  const idle = Array.from({ length: connections.open }, (_, index) => {
    const [target, request] = [targets[index % targets.length], requests[index % targets.length]];
    if (target === undefined || request === undefined) throw new Error('no target');
    return { connection: new Connection(target), request };
  });
  const all = [...idle];
  const serve = async (one: (typeof all)[number]): Promise<void> => {
    while (sent < total && performance.now() >= dueMs(sent)) {
      const due = dueMs(sent);
      sent += 1;
      if ((await one.connection.send(one.request)) !== 200) failed += 1;
      if (due >= startedAtMs + warmUpMs) latencies.push(performance.now() - due);
      answered += 1;
    }
    idle.push(one);
    if (answered === total) resolve(undefined);
  };
  const timer = setInterval(() => {
    while (sent < total && performance.now() >= dueMs(sent)) {
      // Whoever has been idle for longest: by turns, all connections and both replicas.
      const one = idle.shift();
      if (one === undefined) break;
      void serve(one);
    }
  }, tickMs);
  await promise;
  clearInterval(timer);
  for (const { connection } of all) connection.close();
  return { latencies, failed };
}

const rate = Math.floor(Number(shareText) * (await peakRate()));
const { latencies, failed } = await openLoop(rate, Number(secondsText));
const sorted = latencies.toSorted((a, b) => a - b);
const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
console.log(JSON.stringify({ rate, sent: latencies.length, failed, p50: at(0.5), p99: at(0.99), max: at(1) }));
