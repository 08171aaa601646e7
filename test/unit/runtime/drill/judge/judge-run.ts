import test from 'ava';
import { judgeRun } from '../../../../../src/runtime/drill/judge/judge-run.ts';
import { entry, fault, history, samplesWith } from './_histories.ts';

const objectives = { maxDowntimeMs: 1000, maxLostWrites: 0 };

test('a run that keeps to its objectives passes, with what was measured', (t) => {
  const result = judgeRun(history({ samples: samplesWith([[0, 120]]), ledger: [entry()] }), objectives);
  t.is(result.verdict, 'pass');
  t.like(result, { downtimeMs: 120, resolutionMs: 10, outages: 1, requests: { sent: 500, ok: 488, failed: 12, errors: { ECONNREFUSED: 12 } } });
});

test('a downtime over the objective fails, and the reason has both numbers', (t) => {
  const result = judgeRun(history({ samples: samplesWith([[0, 1500]]) }), objectives);
  t.is(result.verdict, 'fail');
  t.deepEqual(result.reasons, ['downtime 1500 ms is over 1000 ms']);
});

/** No request is sent for so long from 5 ms before the fault on: the machine is busy, and the platform answers all the time. */
const pausedFor = (ms: number) => samplesWith([]).filter(({ dueMs }) => dueMs < fault || dueMs >= fault + ms - 10);

test('a downtime over the objective that may be the probe\'s own pause is inconclusive, unless a request failed', (t) => {
  const strict = { maxDowntimeMs: 50 };
  const quiet = judgeRun(history({ samples: pausedFor(80) }), strict);
  t.like(quiet, { verdict: 'inconclusive', downtimeMs: 70, resolutionMs: 80 });
  t.deepEqual(quiet.reasons, ['downtime 70 ms is over 50 ms, but no request failed and the probe itself paused for 80 ms']);
  t.is(judgeRun(history({ samples: pausedFor(60) }), strict).verdict, 'pass');
  const failed = pausedFor(80).map((sample) => (sample.dueMs === fault + 70 ? { ...sample, ok: false, error: 'ECONNRESET' } : sample));
  t.is(judgeRun(history({ samples: failed }), strict).verdict, 'fail');
});

test('a downtime longer than the probe\'s own pauses fails without a failed request too: answers were held back', (t) => {
  const held = samplesWith([]).map((sample) => (sample.dueMs >= fault && sample.dueMs < fault + 200 ? { ...sample, endMs: fault + 201 } : sample));
  t.like(judgeRun(history({ samples: held }), { maxDowntimeMs: 50 }), { verdict: 'fail', requests: { failed: 0 } });
});

test('a failure says when the probe itself had no time to spare before the fault, and what to do; a pass needs no such hint', (t) => {
  const busy = [
    { fromMs: fault - 1250, toMs: fault - 750, share: 0.8 },
    { fromMs: fault - 750, toMs: fault + 250, share: 1 },
    { fromMs: fault + 250, toMs: fault + 500, share: 0 },
  ];
  const failed = judgeRun(history({ busy, samples: samplesWith([[0, 1500]]) }), objectives);
  t.like(failed, { verdict: 'fail', probeBusyShare: 0.95 });
  t.deepEqual(failed.reasons, [
    'downtime 1500 ms is over 1000 ms',
    'the probe itself was busy for 95 % of the second before: it may be what swamps this machine, so lower --rate',
  ]);
  t.deepEqual(judgeRun(history({ busy, samples: samplesWith([]) }), objectives).reasons, []);
  const unsteady = judgeRun(history({ busy, samples: samplesWith([[-100, -80]]) }), objectives);
  t.is(unsteady.verdict, 'inconclusive');
  t.regex(unsteady.reasons.join('; '), /the platform was not steady; the probe itself was busy for 95 %/);
  const spare = busy.map((window) => ({ ...window, share: window.share * 0.8 }));
  t.is(judgeRun(history({ busy: spare, samples: samplesWith([[0, 1500]]) }), objectives).reasons.length, 1);
  t.is(judgeRun(history(), objectives).probeBusyShare, null);
});

test('a platform that does not answer again fails even without an objective', (t) => {
  t.is(judgeRun(history({ samples: samplesWith([[0, 5000]]) }), {}).verdict, 'fail');
});

test('so does one that answered for a while and then failed until the end', (t) => {
  const result = judgeRun(history({ samples: samplesWith([[0, 1000], [3500, 4000]]) }), {});
  t.deepEqual(result.reasons, ['the platform did not answer again']);
});

test('one whose requests still failed now and then at the end fails, though the last of them was answered', (t) => {
  t.deepEqual(judgeRun(history({ samples: samplesWith([[0, 100]]), isSteadyAgain: false }), {}).reasons, ['requests still failed now and then when the run ended']);
});

test('so does one that acknowledges no write any more, while reads are answered', (t) => {
  const result = judgeRun(history({ ledger: [entry({ atMs: fault - 500 }), entry({ atMs: fault + 2500, create: 'unknown', process: 'not-tried', job: undefined })] }), objectives);
  t.like(result, { verdict: 'fail', reasons: ['no write was acknowledged any more when all was healthy again'] });
  const cut = judgeRun(history({ ledger: [entry({ atMs: fault - 500 })], unseen: [{ what: 'ledger', why: 'it was cut short' }] }), objectives);
  t.is(cut.verdict, 'inconclusive', 'of a ledger that was not read to its end the end is not known');
});

test('too few requests before the fault are inconclusive, never a pass', (t) => {
  const result = judgeRun(history({ samples: samplesWith([]).filter((sample) => sample.dueMs > fault - 50) }), objectives);
  t.is(result.verdict, 'inconclusive');
  t.regex(result.reasons.join(), /no steady state/);
});

test('too few requests after the fault are inconclusive', (t) => {
  const result = judgeRun(history({ samples: samplesWith([]).filter((sample) => sample.dueMs < fault + 50) }), objectives);
  t.is(result.verdict, 'inconclusive');
});

test('failures that everybody had before the fault are no steady state', (t) => {
  t.is(judgeRun(history({ samples: samplesWith([[-1000, 100]]) }), objectives).verdict, 'inconclusive');
});

const failing = [
  ['a lost write', { ledger: [entry({ found: [] })] }, /1 acknowledged writes were lost/],
  ['an effect applied twice', { ledger: [entry({ found: [{ id: 'i-1', name: 'drill k-1', processedCount: 2 }] })] }, /took effect more than once/],
  ['redundancy that did not come back', { restoredAtMs: undefined }, /redundancy was not restored/],
  [
    'two nodes with the address for a second',
    { holders: [
      { node: 'keepalived_1', atMs: fault - 500, holds: true },
      { node: 'keepalived_2', atMs: fault + 100, holds: true },
      { node: 'keepalived_1', atMs: fault + 1100, holds: false },
    ] },
    /at once for 1000 ms/,
  ],
] as const;
for (const [what, changes, reason] of failing) {
  test(`${what} fails the run`, (t) => {
    const result = judgeRun(history(changes), objectives);
    t.is(result.verdict, 'fail');
    t.regex(result.reasons.join(), reason);
  });
}

test('two holders for the few milliseconds of a hand-over are told, and no failure', (t) => {
  const result = judgeRun(
    history({ holders: [
      { node: 'keepalived_1', atMs: fault - 500, holds: true },
      { node: 'keepalived_2', atMs: fault + 100, holds: true },
      { node: 'keepalived_1', atMs: fault + 107, holds: false },
    ] }),
    objectives,
  );
  t.like(result, { verdict: 'pass', splitBrainMs: 7 });
});

test('writes that could not be looked up leave the run unproven', (t) => {
  t.is(judgeRun(history({ ledger: [entry({ found: undefined })] }), objectives).verdict, 'inconclusive');
});

test('writes of which none was acknowledged leave the run unproven, and so do jobs: nothing could be lost', (t) => {
  const refused = { create: 'unknown', itemId: undefined, process: 'not-tried', jobId: undefined, job: undefined, found: [] } as const;
  t.like(judgeRun(history({ ledger: [entry(refused)] }), objectives), { verdict: 'inconclusive', reasons: ['no write was acknowledged: nothing could be lost'] });
  const noJob = { process: 'unknown', jobId: undefined, job: undefined } as const;
  t.like(judgeRun(history({ ledger: [entry(noJob)] }), objectives), { verdict: 'inconclusive', reasons: ['no job was acknowledged: none could be lost'] });
  t.is(judgeRun(history({ ledger: [entry(refused), entry()] }), objectives).verdict, 'pass');
  t.is(judgeRun(history({ ledger: [] }), objectives).verdict, 'pass', 'nobody asked for writes');
});

test('a request that failed before the fault was not the fault\'s: the platform was not steady', (t) => {
  const { verdict, reasons } = judgeRun(history({ samples: samplesWith([[-100, -80]]) }), { maxFailedRequests: 0 });
  t.is(verdict, 'inconclusive');
  t.deepEqual(reasons, ['2 requests had failed before the fault: the platform was not steady']);
  // One that was under way when the fault came may have failed of it.
  const underWay = samplesWith([]).map((sample) => (sample.dueMs === fault - 10 ? { ...sample, endMs: fault + 500, ok: false, error: 'TIMEOUT' } : sample));
  t.is(judgeRun(history({ samples: underWay }), { maxFailedRequests: 0 }).verdict, 'fail');
});

const ledgerUnseen = { what: 'ledger', why: 'the probe did not finish its ledger' } as const;
const eventsLost = { what: 'events', why: 'the events were lost' } as const;

test('what could not be watched to its end leaves a run unproven that would pass, and measured', (t) => {
  const result = judgeRun(history({ samples: samplesWith([[0, 120]]), unseen: [ledgerUnseen] }), objectives);
  t.like(result, { verdict: 'inconclusive', reasons: [ledgerUnseen.why], downtimeMs: 120 });
});

test('what failed all the same has failed', (t) => {
  const { verdict, reasons } = judgeRun(history({ samples: samplesWith([[0, 5000]]), restoredAtMs: undefined, unseen: [ledgerUnseen] }), objectives);
  t.is(verdict, 'fail');
  t.deepEqual(reasons.slice(-2), ['redundancy was not restored by the deadline', ledgerUnseen.why]);
  t.is(judgeRun(history({ ledger: [entry({ found: [] })], unseen: [eventsLost] }), objectives).verdict, 'fail');
});

test('what may only have been overseen is no failure', (t) => {
  const twoHolders = [
    { node: 'keepalived_1', atMs: fault - 500, holds: true },
    { node: 'keepalived_2', atMs: fault + 100, holds: true },
  ];
  t.like(judgeRun(history({ restoredAtMs: undefined, holders: twoHolders, unseen: [eventsLost] }), objectives), { verdict: 'inconclusive', reasons: [eventsLost.why] });
  t.is(judgeRun(history({ holders: twoHolders, unseen: [{ what: 'holders', why: 'no' }] }), objectives).verdict, 'inconclusive');
  t.is(judgeRun(history({ holders: twoHolders, unseen: [ledgerUnseen] }), objectives).verdict, 'fail');
});

test('a restore or a failed request over its objective fails', (t) => {
  const run = history({ samples: samplesWith([[0, 100]]) });
  t.is(judgeRun(run, { maxRestoreMs: 1999 }).verdict, 'fail');
  t.is(judgeRun(run, { maxRestoreMs: 2000 }).verdict, 'pass');
  t.is(judgeRun(run, { maxFailedRequests: 9 }).verdict, 'fail');
  t.is(judgeRun(run, { maxFailedRequests: 10 }).verdict, 'pass');
});

test('phases are counted from the fault, each from what was seen, and null where nothing was', (t) => {
  const seen = history({
    samples: samplesWith([[0, 120]]),
    transitions: [
      { node: 'keepalived_2', atMs: fault - 900, kind: 'vrrp', state: 'BACKUP' },
      { node: 'keepalived_1', atMs: fault + 40, kind: 'check', state: 'failed' },
      { node: 'keepalived_1', atMs: fault + 45, kind: 'vrrp', state: 'FAULT' },
      { node: 'keepalived_2', atMs: fault + 50, kind: 'vrrp', state: 'MASTER' },
    ],
  });
  t.deepEqual(judgeRun(seen, {}).phases, { detectedMs: 40, vipMovedMs: 50, fencedMs: null, firstSuccessMs: 122, healedMs: null, redundancyRestoredMs: 2000 });
  const unseen = judgeRun(history({ samples: samplesWith([]), restoredAtMs: undefined }), {}).phases;
  t.is(unseen.detectedMs, null);
  t.is(unseen.vipMovedMs, null);
  t.is(unseen.redundancyRestoredMs, null);
});

test('a node that died and begins anew in FAULT has detected nothing', (t) => {
  const seen = history({
    deaths: [{ node: 'keepalived_1', atMs: fault + 5 }],
    transitions: [
      { node: 'keepalived_1', atMs: fault + 900, kind: 'vrrp', state: 'FAULT' },
      { node: 'keepalived_2', atMs: fault + 950, kind: 'vrrp', state: 'MASTER' },
    ],
  });
  t.is(judgeRun(seen, {}).phases.detectedMs, 950);
});

test('latency is counted from when a request was due, so that one held up behind others shows it', (t) => {
  const samples = samplesWith([]).map((sample, index) => (index === 300 ? { ...sample, endMs: sample.dueMs + 750 } : sample));
  const latency = judgeRun(history({ samples }), {}).latencyMs;
  t.true((latency?.max ?? 0) >= 749 && (latency?.max ?? 0) <= 751, String(latency?.max));
  t.is(latency?.p50, 2);
});
