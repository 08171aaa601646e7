import test from 'ava';
import { allOutages, downtimeOf, failedTimeMs, gapBefore, laterGap, outagesOf, ownGap, resolutionOf, worstDowntime } from '../../../../../src/runtime/drill/judge/downtime.ts';
import { fault, samplesWith } from './_histories.ts';

const downtime = (spans: readonly (readonly [number, number])[]) => downtimeOf(samplesWith(spans), fault, 10)?.downtimeMs;

test('without an outage the downtime is nothing, though a gap of one interval is always there', (t) => {
  t.is(downtime([]), 0);
});

test('one outage is as long as the requests that were due in it', (t) => {
  t.is(downtime([[0, 500]]), 500);
});

test('of several outages the longest counts', (t) => {
  t.is(downtime([[0, 100], [300, 700], [900, 1000]]), 400);
});

test('an outage before the fault is not the fault’s', (t) => {
  t.is(downtime([[-800, -300]]), 0);
});

test('an outage that began before the fault and ends after it spans it', (t) => {
  t.is(downtime([[-100, 200]]), 300);
});

test('requests that hang and then succeed together do not hide the outage they waited through', (t) => {
  const samples = samplesWith([]).map((sample) =>
    sample.dueMs >= fault && sample.dueMs < fault + 600 ? { ...sample, endMs: fault + 601 } : sample,
  );
  // The last answer before came at −8 ms.
  t.is(downtimeOf(samples, fault, 10)?.downtimeMs, 599);
});

test('when nothing succeeds any more the downtime is at least up to the last request, and has no end', (t) => {
  const found = downtimeOf(samplesWith([[0, 5000]]), fault, 10);
  t.is(found?.toMs, undefined);
  t.is(found?.downtimeMs, 3990 - -8 - 10);
});

test('a probe that ends in success after success has no open gap at its end', (t) => {
  t.is(downtimeOf(samplesWith([]).slice(0, 150), fault, 10)?.downtimeMs, 0);
});

test('without any success there is no downtime to be measured', (t) => {
  t.is(downtimeOf(samplesWith([[-1000, 5000]]), fault, 10), undefined);
});

/** Requests due in the span are all answered, at its end. */
const slow = (from: number, to: number) =>
  samplesWith([[0, 100]]).map((sample) => (sample.ok && sample.dueMs >= fault + from && sample.dueMs < fault + to ? { ...sample, endMs: fault + to + 1 } : sample));

test('a longer pause later on, in which every request was answered, is no downtime', (t) => {
  t.is(downtimeOf(slow(2000, 2600), fault, 10)?.downtimeMs, 100);
});

test('a longer gap later on in which requests failed is downtime', (t) => {
  t.is(downtime([[0, 100], [2000, 2600]]), 600);
});

test('until the address has moved, a gap is the fault’s own even if every request was answered', (t) => {
  t.is(downtimeOf(slow(200, 600), fault, 10, fault + 250)?.downtimeMs, 399);
  t.is(downtimeOf(slow(200, 600), fault, 10, fault + 50)?.downtimeMs, 100);
});

test('a later pause as long as a request may take by default is downtime, however patient the probe was', (t) => {
  t.is(downtimeOf(slow(2000, 2990), fault, 10)?.downtimeMs, 100);
  t.is(downtimeOf(slow(2000, 3100), fault, 10)?.downtimeMs, 1099);
});

test('a gap after an answer that was under way when the address moved is the fault’s own', (t) => {
  // Asked for just before the move, answered just after it; then nothing for a while, and every request is answered.
  const hanging = slow(30, 900).map((sample) => (sample.dueMs === fault + 20 ? { ...sample, ok: true, error: '', endMs: fault + 38 } : sample));
  const all = hanging.map((sample) => (sample.dueMs >= fault && sample.dueMs < fault + 20 ? { ...sample, ok: true, error: '', endMs: sample.dueMs + 2 } : sample));
  const answered = all.map((sample) => (sample.ok ? sample : { ...sample, ok: true, error: '', endMs: fault + 901 }));
  t.is(downtimeOf(answered, fault, 10, fault + 35)?.downtimeMs, 901 - 38 - 10);
});

test('a drill that lasted long is measured like any other', (t) => {
  const many = Array.from({ length: 200_000 }, (_, index) => ({ mode: 'fresh' as const, dueMs: fault + index, startMs: fault + index, endMs: fault + index + 1, ok: index % 2 === 0, error: '' }));
  t.notThrows(() => worstDowntime(many, fault, 1));
});

test('of two modes the worse one counts', (t) => {
  const samples = [...samplesWith([[0, 100]], 'fresh'), ...samplesWith([[0, 250]], 'pooled')];
  t.is(worstDowntime(samples, fault, 10)?.downtimeMs, 250);
});

test('outages are separate when a success was due between them', (t) => {
  const outages = outagesOf(samplesWith([[0, 100], [110, 200]]), 'fresh');
  t.deepEqual(outages, [
    { fromMs: fault, toMs: fault + 100, failed: 10 },
    { fromMs: fault + 110, toMs: fault + 200, failed: 9 },
  ]);
});

test('an outage that does not end is open', (t) => {
  t.deepEqual(outagesOf(samplesWith([[3900, 5000]]), 'fresh'), [{ fromMs: fault + 3900, toMs: undefined, failed: 10 }]);
});

test('the failed time counts once where the outages of two modes overlap', (t) => {
  const samples = [...samplesWith([[0, 100]], 'fresh'), ...samplesWith([[50, 250]], 'pooled')];
  t.is(failedTimeMs(allOutages(samples), fault + 4000), 250);
  t.is(allOutages(samples).length, 1, 'what both saw is one outage');
});

test('the resolution is the interval, unless the probe itself paused near an edge of the gap', (t) => {
  const samples = samplesWith([[0, 500]]);
  const gap = downtimeOf(samples, fault, 10);
  t.is(resolutionOf(samples, fault, gap, 10), 10);
  const paused = (fromMs: number) => samples.filter((sample) => sample.dueMs < fault + fromMs || sample.dueMs >= fault + fromMs + 60);
  t.is(resolutionOf(paused(-100), fault, downtimeOf(paused(-100), fault, 10), 10), 70);
  t.is(resolutionOf(paused(2000), fault, downtimeOf(paused(2000), fault, 10), 10), 10, 'far from the edges it does not matter');
});

const ownEnd = (spans: readonly (readonly [number, number])[], movedAfterMs?: number) => {
  const found = ownGap(samplesWith(spans), fault, 10, movedAfterMs === undefined ? undefined : fault + movedAfterMs);
  return found?.toMs === undefined ? undefined : found.toMs - fault;
};

test('the fault’s own gap is the one before the address moved, not a longer one when a node returns', (t) => {
  t.is(ownEnd([[0, 120], [3000, 3500]], 60), 122);
  t.is(downtime([[0, 120], [3000, 3500]]), 500, 'the downtime is still the longest');
});

test('where no address moves, it is the one that the first failure is in', (t) => {
  t.is(ownEnd([[200, 300], [2000, 2900]]), 302);
  t.is(ownEnd([[2000, 2900]]), 2902);
});

test('answers that were under way when requests began to fail still come: the gap begins after them', (t) => {
  const isUnderWay = (dueMs: number) => dueMs >= fault + 150 && dueMs < fault + 200;
  const samples = samplesWith([[200, 900]]).map((one) => (isUnderWay(one.dueMs) ? { ...one, endMs: one.dueMs + 100 } : one));
  t.is((ownGap(samples, fault, 10, undefined)?.toMs ?? 0) - fault, 902);
});

test('a fault that takes its time has its gap where requests begin to fail', (t) => {
  t.is(ownEnd([[400, 600]], 500), 602);
});

test('without any failure it is the gap that spans the fault, whatever comes later', (t) => {
  t.is(ownEnd([]), 2);
  t.is(ownEnd([], 40), 2);
});

test('an own gap that does not end has no end', (t) => {
  t.is(ownEnd([[0, 5000]]), undefined);
});

test('of two modes the fault’s own gap is the longer one', (t) => {
  const samples = [...samplesWith([[0, 100], [2000, 3000]], 'fresh'), ...samplesWith([[0, 250]], 'pooled')];
  t.is((ownGap(samples, fault, 10, fault + 50)?.toMs ?? 0) - fault, 252);
});

test('what the machine does of itself is the longest gap in the second before the fault, in either mode', (t) => {
  const before = (spans: readonly (readonly [number, number])[]) =>
    gapBefore([...samplesWith([[0, 3000]], 'fresh'), ...samplesWith(spans, 'pooled')], fault, 10)?.downtimeMs;
  t.is(before([]), 0);
  t.is(before([[-500, -470], [200, 900]]), 30);
  const startingUp = samplesWith([]).map((sample) => ({ ...sample, dueMs: sample.dueMs - 2000, endMs: sample.endMs - 2000 }));
  t.is(gapBefore([...startingUp.slice(0, 50), ...startingUp.slice(70, 300)], fault, 10)?.downtimeMs, 0, 'a probe that was still starting');
  t.is(gapBefore(samplesWith([[-1000, 0]]), fault, 10), undefined);
});

test('what came after the fault’s own gap is told apart from it', (t) => {
  const samples = samplesWith([[0, 120], [3000, 3050]]);
  const own = ownGap(samples, fault, 10, fault + 60);
  t.is(laterGap(samples, own, 10)?.downtimeMs, 50);
  t.is(laterGap(samplesWith([[0, 5000]]), ownGap(samplesWith([[0, 5000]]), fault, 10, undefined), 10), undefined);
});
