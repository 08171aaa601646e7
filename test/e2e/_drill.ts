import { eventually, outcomeOf, type Outcome, type Platform } from './_platform.ts';

/** Words of a drill, or what depends on who has the address when it begins. */
export type DrillArgument = string | ((holder: string) => string);

/** Requests a second in each mode. The default takes all that a slow machine of two cores has, and these tests measure nothing. */
export const gently = ['--rate', '40'];

/** On a machine that is busy with something else a drill may not get as far as its fault: that says nothing of the platform. */
const unsteady = new RegExp([
  '(?:no \\d+ ms without a failed request|only \\d+ successful requests|\\d+ requests had failed) before the fault',
  'the fault took no effect: a load balancer did not take up the certificate',
].join('|'));
const attempts = 3;
const wholeWithinMs = 60_000;
/** From the start of a drill on: it looks at the platform, and has it warm up, before it breaks anything. */
export const faultWithinMs = 120_000;

/** Why what a drill has said, as text or as JSON, tells nothing of the platform; undefined where it does. */
export function whyUntold({ stdout }: Outcome): string | undefined {
  return unsteady.exec(stdout)?.[0];
}

/** A drill of the platform once that is whole; again, where it could not be told because it was not steady. */
export async function failover(platform: Platform, withinMs: number, args: readonly DrillArgument[]): Promise<Outcome & { readonly before: string }> {
  return steadily(platform, ['failover', ...gently, ...args, '--json'], { withinMs });
}

interface Circumstances {
  /** How long the platform may take to be whole. */
  readonly withinMs?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** The same for a command of one's own, a suite of drills for instance. */
export async function steadily(
  platform: Platform,
  command: readonly DrillArgument[],
  { withinMs = wholeWithinMs, env = {} }: Circumstances = {},
): Promise<Outcome & { readonly before: string }> {
  for (let left = attempts; ; left -= 1) {
    const before = (await platform.untilHealthy(withinMs)).vip.holders[0] ?? '';
    const words = command.map((one) => (typeof one === 'string' ? one : one(before)));
    const outcome = outcomeOf(await platform.start(words, { env }));
    const reason = whyUntold(outcome);
    if (left === 1 || reason === undefined) return { ...outcome, before };
    sayAgain(words, reason);
  }
}

type Running = ReturnType<Platform['start']>;

/**
 * Starts a drill that the test itself will end, and waits for its fault. Where the drill ends before, nothing more is to come,
 * and the error is what it has said.
 */
export async function startDrill(
  platform: Platform,
  args: readonly string[],
  what: string,
  isThere: () => Promise<boolean>,
): Promise<{ readonly running: Running }> {
  const words = ['failover', ...gently, ...args];
  for (let left = attempts; ; left -= 1) {
    await platform.untilHealthy(wholeWithinMs);
    const running = platform.start(words);
    let ended: Outcome | undefined;
    void running.then((result) => { ended = outcomeOf(result); });
    const seen = await eventually(what, faultWithinMs, async () => ((await isThere()) ? 'the fault' : ended));
    if (seen === 'the fault') return { running };
    const reason = whyUntold(seen);
    if (left === 1 || reason === undefined) throw new Error(`waited for ${what}, and the drill ended with ${seen.exitCode}:\n${seen.stdout}\n${seen.stderr}`);
    sayAgain(words, reason);
  }
}

/** What is to come while a drill is under way: when that ends there is nothing more to wait for. */
export async function during<T>(drilling: Promise<unknown>, awaited: Promise<T>): Promise<T> {
  const over = drilling.then(() => { throw new Error('the drill ended, and what was waited for had not come'); });
  return Promise.race([awaited, over]);
}

/** Said, so that a platform which is unsteady by itself does not go unseen. */
function sayAgain(words: readonly string[], reason: string): void {
  process.stderr.write(`${words.join(' ')}: once more, as ${reason}\n`);
}
