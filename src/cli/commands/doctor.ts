import type { Check } from '../../runtime/doctor/checks.ts';
import { examine } from '../../runtime/platform/examine.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Invocation } from '../invocation.ts';
import { Paint } from '../present/text.ts';

export async function runDoctor(invocation: Invocation): Promise<void> {
  const loaded = await invocation.loadConfig();
  const checks = await examine(loaded, await invocation.connect(loaded, { toRead: true, looksFirst: true }));
  const isReady = checks.every((check) => check.state !== 'fail');
  const isUnreachable = checks.some((check) => check.id === 'engine' && check.state === 'fail');
  invocation.exit(isReady ? exitCodes.done : isUnreachable ? exitCodes.engineUnreachable : exitCodes.failed);
  const paint = new Paint(invocation.options, process.stdout);
  const verdict = isReady ? paint.good('This machine is ready for "haplat up".') : paint.bad('This machine is not ready yet.');
  invocation.result({ schema: 'haplat.doctor/1', ready: isReady, checks }, () => [...checks.flatMap((check) => linesOf(check, paint)), verdict].join('\n'));
}

function linesOf(check: Check, paint: Paint): string[] {
  const mark = { ok: paint.good('✔'), warn: paint.strong('!'), fail: paint.bad('✖') }[check.state];
  const remedy = check.remedy === undefined ? [] : [`  → ${check.remedy}`];
  return [`${mark} ${check.title.padEnd(15)} ${check.detail}`, ...remedy];
}
