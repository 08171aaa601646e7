/**
 * open-loop.ts SHARE SECONDS PATH TARGET…: the most requests a second that 16 connections get, then SHARE of those: a GET
 * is due each 1/rate seconds whether or not the last one came back. Latency counts from when it was due. The peak is this
 * program's own, as it takes its part of the same processors. Prints the rate, and percentiles in milliseconds, as JSON.
 * Runs in a container on the data network.
 */
import { Connection, requestText, targetOf } from './client.ts';

const [shareText = '', secondsText = '', path = '/', ...texts] = process.argv.slice(2);
const targets = texts.map(targetOf);
const requests = targets.map((target) => requestText(target, 'GET', path));
const connections = 16;
const peakMs = 6000;
const tickMs = 1;

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
  await Promise.all(Array.from({ length: connections }, (_, index) => ask(index % targets.length)));
  return (answered * 1000) / (performance.now() - startedAtMs);
}

async function openLoop(rate: number, total: number): Promise<{ latencies: number[]; failed: number }> {
  const idle = targets.map((): Connection[] => []);
  const latencies: number[] = [];
  let [failed, sent, answered] = [0, 0, 0];
  const ask = async (which: number, dueMs: number): Promise<void> => {
    const [target, request] = [targets[which], requests[which]];
    if (target === undefined || request === undefined) throw new Error('no target');
    const connection = idle[which]?.pop() ?? new Connection(target);
    const status = await connection.send(request);
    latencies.push(performance.now() - dueMs);
    if (status === 200) idle[which]?.push(connection);
    else failed += 1;
    answered += 1;
  };
  const startedAtMs = performance.now();
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const timer = setInterval(() => {
    const due = Math.min(total, Math.floor(((performance.now() - startedAtMs) * rate) / 1000));
    for (; sent < due; sent += 1) void ask(sent % targets.length, startedAtMs + (sent * 1000) / rate);
    if (sent >= total && answered >= total) resolve(undefined);
  }, tickMs);
  await promise;
  clearInterval(timer);
  for (const connection of idle.flat()) connection.close();
  return { latencies, failed };
}

const rate = Math.floor(Number(shareText) * (await peakRate()));
const { latencies, failed } = await openLoop(rate, Math.floor(rate * Number(secondsText)));
const sorted = latencies.toSorted((a, b) => a - b);
const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
console.log(JSON.stringify({ rate, sent: latencies.length, failed, p50: at(0.5), p99: at(0.99), max: at(1) }));
