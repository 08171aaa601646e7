import { docker, named, type Bench } from './docker.ts';

export interface Load {
  readonly urls: readonly string[];
  readonly connections: number;
  readonly seconds: number;
  /** What to ask for, of load/; default: the URL. */
  readonly script?: 'post' | 'pages';
  /** The Host header; default: what the URL says. */
  readonly host?: string;
}

export interface Throughput {
  readonly perSecond: number;
  readonly p99Ms: number;
}

const unitsMs: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000, m: 60_000 };

/** Closed-loop load from wrk, the connections shared out over the URLs, all at once; the sum, and the worst p99. */
export async function throughput(bench: Bench, { urls, connections, seconds, script, host }: Load): Promise<Throughput> {
  const means = [...(script === undefined ? [] : ['-s', `/${script}.lua`]), ...(host === undefined ? [] : ['-H', `Host: ${host}`])];
  const own = String(Math.ceil(connections / urls.length));
  const outputs = await Promise.all(
    urls.map((url) => docker('exec', named(bench, 'load'), 'wrk', '-t1', '-c', own, '-d', `${seconds}s`, '--latency', ...means, url)),
  );
  const parsed = outputs.map(parseWrk);
  return { perSecond: parsed.reduce((sum, one) => sum + one.perSecond, 0), p99Ms: Math.max(...parsed.map((one) => one.p99Ms)) };
}

/** What wrk prints; nothing measured where connections broke or requests took too long. Throws when it printed something else, or when answers were errors. */
export function parseWrk(output: string): Throughput {
  const [, perSecond] = /Requests\/sec:\s+([\d.]+)/.exec(output) ?? [];
  const [, amount, unit = ''] = /99%\s+([\d.]+)(us|ms|s|m)/.exec(output) ?? [];
  if (perSecond === undefined || amount === undefined) throw new Error(`wrk said something else:\n${output}`);
  if (output.includes('Non-2xx')) throw new Error(`wrk got errors for answers:\n${output}`);
  // Requests that timed out, or whose connection broke, are in none of its figures.
  const broken = /Socket errors: .*/.exec(output)?.[0];
  if (broken !== undefined) {
    console.error(`wrk: ${broken}: not counted as measured`);
    return { perSecond: Number.NaN, p99Ms: Number.NaN };
  }
  return { perSecond: Number(perSecond), p99Ms: Number(amount) * (unitsMs[unit] ?? Number.NaN) };
}
