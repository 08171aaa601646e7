import test from 'ava';
import { InvalidArgumentError } from 'commander';
import { parseCount, parseDurationMs } from '../../../src/cli/options/values.ts';

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
