import test from 'ava';
import { InvalidArgumentError } from 'commander';
import { countBetween, durationBetween, parseCount, parseDurationMs, parseLimit, parseSeed, parseText, seeds } from '../../../../src/cli/options/values.ts';

for (const [text, expected] of [['250ms', 250], ['1s', 1000], ['1.5s', 1500], ['2m', 120_000], ['1h', 3_600_000]] as const) {
  test(`${text} is ${expected} ms`, (t) => {
    t.is(parseDurationMs(text), expected);
  });
}

for (const text of ['', '1', '1 s', '-1s', '1d', 'soon', '1e3ms']) {
  test(`"${text}" is no duration`, (t) => {
    t.throws(() => parseDurationMs(text), { instanceOf: InvalidArgumentError });
  });
}

for (const text of ['', '-1', '1.5', 'x', '99999999999']) {
  test(`"${text}" is no count`, (t) => {
    t.throws(() => parseCount(text), { instanceOf: InvalidArgumentError });
  });
}

test('every seed that haplat may print can be given again', (t) => {
  for (const seed of [0, 1_270_692_774, seeds - 1]) t.is(parseSeed(String(seed)), seed);
  for (const text of ['', '-1', '1.5', String(seeds)]) t.throws(() => parseSeed(text), { instanceOf: InvalidArgumentError });
});

test('what a flag allows is said in its own units', (t) => {
  const hold = durationBetween('1s', '10m');
  t.is(hold('1s'), 1000);
  t.is(hold('10m'), 600_000);
  t.throws(() => hold('999ms'), { instanceOf: InvalidArgumentError, message: 'use a duration from 1s to 10m.' });
  t.throws(() => hold('11m'), { instanceOf: InvalidArgumentError });
  const rate = countBetween(1, 2000);
  t.is(rate('2000'), 2000);
  for (const text of ['0', '2001']) t.throws(() => rate(text), { instanceOf: InvalidArgumentError, message: 'use a whole number from 1 to 2000.' });
});

test('a limit is at least one', (t) => {
  t.is(parseLimit('10'), 10);
  for (const wrong of ['0', '10001', '-1', 'all']) t.throws(() => parseLimit(wrong));
});

test('a flag that is given nothing is refused: an empty variable must not mean the default project', (t) => {
  t.is(parseText('shop'), 'shop');
  for (const text of ['', ' ']) t.throws(() => parseText(text), { instanceOf: InvalidArgumentError });
});
