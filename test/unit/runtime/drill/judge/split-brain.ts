import test from 'ava';
import { longestOverlapMs } from '../../../../../src/runtime/drill/judge/split-brain.ts';

const holds = (node: string, atMs: number) => ({ node, atMs, holds: true });
const lacks = (node: string, atMs: number) => ({ node, atMs, holds: false });

test('a hand-over without an overlap is none', (t) => {
  t.is(longestOverlapMs([holds('a', 0), lacks('a', 10), holds('b', 11)], [], 100), 0);
});

test('of several overlaps the longest counts', (t) => {
  t.is(longestOverlapMs([holds('a', 0), holds('b', 10), lacks('a', 15), holds('a', 20), lacks('b', 50)], [], 100), 30);
});

test('an overlap that does not end lasts until the end', (t) => {
  t.is(longestOverlapMs([holds('a', 0), holds('b', 40)], [], 100), 60);
});

test('the same said twice changes nothing', (t) => {
  t.is(longestOverlapMs([holds('a', 0), holds('a', 1), holds('b', 10), lacks('a', 12), lacks('a', 90)], [], 100), 2);
});

test('a node that was cut off does not count while it was, and does again afterwards', (t) => {
  const both = [holds('a', 0), holds('b', 10), lacks('a', 80)];
  t.is(longestOverlapMs(both, [{ node: 'a', fromMs: 5, toMs: 60 }], 100), 20);
  t.is(longestOverlapMs(both, [{ node: 'a', fromMs: 5, toMs: undefined }], 100), 0);
});
