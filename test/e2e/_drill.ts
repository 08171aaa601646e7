import type { Outcome, Platform } from './_platform.ts';

/** Words of a drill, or what depends on who has the address when it begins. */
export type DrillArgument = string | ((holder: string) => string);

/** Requests a second in each mode. The default takes all that a slow machine of two cores has, and these tests measure nothing. */
export const gently = ['--rate', '40'];

/** On a machine that is busy with something else the platform may not be steady before the fault: that says nothing of it. */
const unsteady = /^(?:no \d+ ms without a failed request|only \d+ successful requests|\d+ requests had failed) before the fault/;
const attempts = 3;

/** A drill of the platform once that is whole; again, where it could not be told because it was not steady. */
export async function failover(platform: Platform, wholeWithinMs: number, args: readonly DrillArgument[]): Promise<Outcome & { readonly before: string }> {
  for (let left = attempts; ; left -= 1) {
    const before = (await platform.untilHealthy(wholeWithinMs)).vip.holders[0] ?? '';
    const words = args.map((one) => (typeof one === 'string' ? one : one(before)));
    const outcome = await platform.run('failover', ...gently, ...words, '--json');
    const reason = reasonsIn(outcome.stdout).find((one) => unsteady.test(one));
    if (left === 1 || reason === undefined) return { ...outcome, before };
    // Said, so that a platform which is unsteady by itself does not go unseen.
    process.stderr.write(`failover ${words.join(' ')}: once more, as ${reason}\n`);
  }
}

function reasonsIn(json: string): readonly string[] {
  return json === '' ? [] : (JSON.parse(json) as { readonly reasons?: readonly string[] }).reasons ?? [];
}
