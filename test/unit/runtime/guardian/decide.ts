import test from 'ava';
import fc from 'fast-check';
import { decide } from '../../../../src/runtime/guardian/decide.ts';
import type { Lease, Memory, Watched } from '../../../../src/runtime/guardian/model.ts';
import { died, settled, signalled, started } from '../../../../src/runtime/guardian/remember.ts';
import { lease, t0, traceIn, watched } from './_states.ts';

const nothing: Memory = new Map();
const start = (service: string) => ({ verb: 'start', service }) as const;

/** Decides twice: once when the trouble is first seen, once `afterMs` later. */
function after(afterMs: number, observed: readonly Watched[], leases: readonly Lease[] = []) {
  const first = decide(observed, nothing, leases, t0);
  return decide(observed, first.memory, leases, t0 + afterMs);
}

const verbs = (decision: { actions: readonly { verb: string; service: string }[] }) =>
  decision.actions.map(({ verb, service }) => `${verb} ${service}`);

test('what runs and is healthy is left alone', (t) => {
  t.deepEqual(verbs(after(60_000, [watched('app_1'), watched('db', { health: 'none' })])), []);
});

test('a dead container is started once the grace has passed', (t) => {
  const observed = [watched('app_1', { state: 'exited', health: 'none' })];
  t.deepEqual(verbs(after(50, observed)), []);
  t.deepEqual(verbs(after(100, observed)), ['start app_1']);
});

test('a look that finds a trouble in its grace asks to be woken when that is over', (t) => {
  t.is(decide([watched('app_1', { state: 'exited' })], nothing, [], t0).wakeAtMs, t0 + 100);
});

test('an unhealthy container is restarted at once', (t) => {
  t.deepEqual(verbs(decide([watched('traefik_1', { health: 'unhealthy' })], nothing, [], t0)), ['restart traefik_1']);
});

test('one that says it is still at work on its start is left to it, and restarted when it only is unhealthy', (t) => {
  const starting = [watched('db', { health: 'unhealthy', failedChecks: 90, isStarting: true })];
  const first = decide(starting, nothing, [], t0);
  t.deepEqual(verbs(first), []);
  t.deepEqual(verbs(decide(starting, first.memory, [], t0 + 3_600_000)), []);
  t.deepEqual(verbs(decide([watched('db', { health: 'unhealthy', failedChecks: 3, isStarting: false })], first.memory, [], t0)), ['restart db']);
});

test('many that are unhealthy at once are given one check more, and then restarted', (t) => {
  const crowd = ['db', 'engine-proxy_1', 'guardian_1'].map((name) => watched(name, { health: 'unhealthy' }));
  const first = decide(crowd, nothing, [], t0);
  t.deepEqual(verbs(first), []);
  t.is(first.wakeAtMs, t0 + 7500);
  t.deepEqual(verbs(after(7500, crowd)), ['restart db', 'restart engine-proxy_1', 'restart guardian_1']);
  const recovered = crowd.map((seen) => ({ ...seen, health: 'healthy' as const }));
  t.deepEqual(verbs(decide(recovered, first.memory, [], t0 + 7500)), []);
});

test('one that is unhealthy while the checks of others fail as well is given one check more, whatever is seen before that is over', (t) => {
  const others = ['app_1', 'worker_2'];
  const busy = [watched('db', { health: 'unhealthy', failedChecks: 2 }), ...others.map((name) => watched(name, { failedChecks: 1 }))];
  const first = decide(busy, nothing, [], t0);
  t.deepEqual(verbs(first), []);
  const quieter = [watched('db', { health: 'unhealthy', failedChecks: 2 }), ...others.map((name) => watched(name, { failedChecks: 0 }))];
  const second = decide(quieter, first.memory, [], t0 + 3000);
  t.deepEqual(verbs(second), []);
  t.deepEqual(verbs(decide([watched('db', { failedChecks: 0 })], second.memory, [], t0 + 7500)), []);
  t.deepEqual(verbs(decide(quieter, second.memory, [], t0 + 7500)), ['restart db']);
  t.deepEqual(verbs(decide(busy.slice(1), nothing, [], t0)), []);
});

test('one that is unhealthy while one other fails a check is restarted at once', (t) => {
  const ill = [watched('db', { health: 'unhealthy', failedChecks: 2 }), watched('app_1', { failedChecks: 1 }), watched('app_2', { failedChecks: 0 })];
  t.deepEqual(verbs(decide(ill, nothing, [], t0)), ['restart db']);
});

test('two that are unhealthy at once may be ill, and are restarted at once: a pod is one', (t) => {
  const pod = [watched('keepalived_1', { health: 'unhealthy' }), watched('traefik_1', { health: 'unhealthy', podOwner: 'keepalived_1' })];
  const ill = [...pod, watched('guardian_2', { health: 'unhealthy' })];
  t.deepEqual(verbs(decide(ill, nothing, [], t0)), ['restart keepalived_1', 'restart traefik_1', 'restart guardian_2']);
});

test('a paused container without a lease is unpaused', (t) => {
  t.deepEqual(verbs(after(500, [watched('db', { state: 'paused' })])), ['unpause db']);
});

test('a created container is left to the up that made it, for a minute', (t) => {
  const observed = [watched('db', { state: 'created', health: 'none' })];
  t.deepEqual(verbs(after(59_000, observed)), []);
  t.deepEqual(verbs(after(60_000, observed)), ['start db']);
});

for (const state of ['restarting', 'removing'] as const) {
  test(`a container that is ${state} is in the hands of the Engine`, (t) => {
    t.deepEqual(verbs(after(600_000, [watched('db', { state, health: 'none' })])), []);
  });
}

test('a member of a pod waits for its owner, and follows as soon as that runs', (t) => {
  const member = watched('traefik_1', { state: 'exited', podOwner: 'keepalived_1', dependsOn: ['keepalived_1'] });
  const down = after(5000, [watched('keepalived_1', { state: 'restarting' }), member]);
  t.deepEqual(verbs(down), []);
  const owner = watched('keepalived_1', { health: 'starting' });
  t.deepEqual(verbs(decide([owner, member], down.memory, [], t0 + 5001)), ['start traefik_1']);
});

test('a death that was its owner\'s is not held against a member: however often, it is started soon', (t) => {
  let memory: Memory = new Map();
  let atMs = t0;
  for (let time = 1; time <= 10; time += 1) {
    const down = watched('traefik_1', { state: 'exited', podOwner: 'keepalived_1' });
    memory = decide([watched('keepalived_1', { state: 'restarting' }), down], memory, [], atMs).memory;
    const owner = watched('keepalived_1', { startedAtMs: atMs + 500 });
    const decision = decide([owner, down], memory, [], atMs + 1200);
    t.deepEqual(verbs(decision), ['start traefik_1'], `time ${time}`);
    memory = settled(decision.memory, start('traefik_1'), 'done', atMs + 1300);
    memory = decide([owner, watched('traefik_1', { podOwner: 'keepalived_1', startedAtMs: atMs + 1250 })], memory, [], atMs + 1400).memory;
    atMs += 2000;
  }
  t.is(memory.get('traefik_1')?.attempts, 0);
});

test('who is killed by the Engine on somebody\'s order is started soon, however often; who dies by itself is not', (t) => {
  const attemptsAfter = (end: (memory: Memory, atMs: number) => Memory): number | undefined => {
    let memory = decide([watched('db')], nothing, [], t0).memory;
    for (let time = 0; time < 6; time += 1) {
      const atMs = t0 + (time + 1) * 50_000;
      const down = [watched('db', { state: 'exited' })];
      memory = decide(down, died(end(memory, atMs), 'db', atMs), [], atMs).memory;
      memory = settled(decide(down, memory, [], atMs + 40_000).memory, start('db'), 'done', atMs + 40_000);
      memory = decide([watched('db')], started(memory, 'db', atMs + 40_500), [], atMs + 41_000).memory;
    }
    return memory.get('db')?.attempts;
  };
  t.is(attemptsAfter((memory) => signalled(memory, 'db', '9')), 0);
  t.is(attemptsAfter((memory) => memory), 6);
  t.is(attemptsAfter((memory) => signalled(memory, 'db', '1')), 6);
  t.is(attemptsAfter((memory, atMs) => started(signalled(memory, 'db', '9'), 'db', atMs)), 6);
});

test('who was killed on somebody\'s order and can\'t be started waits longer each time: that is trouble of its own', (t) => {
  let memory = signalled(decide([watched('edge')], nothing, [], t0).memory, 'edge', '9');
  const down = [watched('edge', { state: 'exited' })];
  let starts = 0;
  for (let nowMs = t0; nowMs < t0 + 300_000; nowMs += 250) {
    const decision = decide(down, memory, [], nowMs);
    starts += decision.actions.length;
    memory = decision.actions.length === 0 ? decision.memory : settled(decision.memory, start('edge'), 'failed', nowMs + 100);
  }
  t.true(starts >= 5 && starts <= 15, String(starts));
  t.true((memory.get('edge')?.attempts ?? 0) >= 5);
});

test('a member is not started while its owner is being restarted', (t) => {
  const member = watched('traefik_1', { state: 'exited', podOwner: 'keepalived_1' });
  t.deepEqual(verbs(after(5000, [watched('keepalived_1', { state: 'exited' }), member])), ['start keepalived_1']);
});

test('a member that is found in a dead namespace again after its restart is restarted less and less often', (t) => {
  // As where the clock was put back after the owner had started: each new start of the member is before it.
  const observed = (ownerStartedAtMs: number) => [watched('keepalived_1', { startedAtMs: ownerStartedAtMs }), watched('traefik_1', { podOwner: 'keepalived_1', startedAtMs: t0 })];
  let memory: Memory = new Map();
  let restarts = 0;
  for (let nowMs = t0; nowMs < t0 + 60_000; nowMs += 500) {
    const decision = decide(observed(t0 + 7_200_000), memory, [], nowMs);
    restarts += decision.actions.length;
    memory = decision.actions.reduce((known, action) => settled(known, action, 'done', nowMs), decision.memory);
  }
  t.true(restarts >= 2 && restarts <= 8, `${restarts} restarts in a minute`);
});

test('a member that started before its owner did is in a dead namespace, and is restarted', (t) => {
  const owner = watched('keepalived_1', { startedAtMs: t0 });
  const member = (startedAtMs: number) => watched('traefik_1', { podOwner: 'keepalived_1', startedAtMs });
  t.deepEqual(verbs(after(1000, [owner, member(t0 - 1)])), ['restart traefik_1']);
  t.deepEqual(verbs(after(1000, [owner, member(t0 + 1)])), []);
});

test('a dependency that is down comes first, but is not waited for beyond 3 s', (t) => {
  const observed = [watched('db', { health: 'starting' }), watched('app_1', { state: 'exited', dependsOn: ['db'] })];
  t.deepEqual(verbs(after(2999, observed)), []);
  t.deepEqual(verbs(after(3000, observed)), ['start app_1']);
});

test('nothing more happens to a service while an action on it is under way', (t) => {
  const observed = [watched('app_1', { state: 'exited' })];
  const first = after(100, observed);
  t.deepEqual(verbs(decide(observed, first.memory, [], t0 + 600_000)), []);
});

test('a start that was refused because the owner was not up yet is tried again within 100 ms', (t) => {
  const observed = [watched('app_1', { state: 'exited' })];
  const refused = settled(after(100, observed).memory, start('app_1'), 'refused', t0 + 110);
  t.deepEqual(verbs(decide(observed, refused, [], t0 + 209)), []);
  t.deepEqual(verbs(decide(observed, refused, [], t0 + 210)), ['start app_1']);
});

test('the delays of a container that keeps dying double up to a minute, and are forgotten once it has been well for one', (t) => {
  const dead = [watched('app_1', { state: 'exited' })];
  let memory = decide(dead, nothing, [], t0).memory;
  let now = t0 + 100;
  const delays: number[] = [];
  for (let repair = 0; repair < 9; repair++) {
    const decision = decide(dead, memory, [], now);
    t.deepEqual(verbs(decision), ['start app_1']);
    memory = settled(decision.memory, start('app_1'), 'done', now);
    const until = traceIn(memory, 'app_1').notBeforeMs;
    delays.push(Math.round((until - now) / 1000));
    t.deepEqual(verbs(decide(dead, memory, [], until - 1)), []);
    now = until;
  }
  for (const [index, delay] of delays.entries()) {
    const plain = Math.min(60, 2 ** index);
    t.true(delay >= plain * 0.9 - 1 && delay <= Math.min(60, plain * 1.1 + 1), `${delay} s for repair ${index + 1}`);
  }

  const well = decide([watched('app_1')], memory, [], now).memory;
  t.is(traceIn(decide([watched('app_1')], well, [], now + 59_999).memory, 'app_1').attempts, 9);
  t.is(traceIn(decide([watched('app_1')], well, [], now + 60_000).memory, 'app_1').attempts, 0);
});

test('another container under the same name starts with a clean slate', (t) => {
  const { memory } = after(100, [watched('app_1', { state: 'exited' })]);
  t.is(traceIn(decide([watched('app_1', { id: 'new', state: 'exited' })], memory, [], t0 + 200).memory, 'app_1').attempts, 0);
});

test('what a lease covers is left alone until the lease runs out', (t) => {
  const observed = [watched('db', { state: 'paused' }), watched('app_1', { state: 'exited' })];
  const held = lease(['db'], { expiresAtMs: t0 + 8000 });
  t.deepEqual(verbs(after(7999, observed, [held])), ['start app_1']);
  const late = after(8000, observed, [held]);
  t.true(verbs(late).includes('unpause db'));
  t.deepEqual(late.finished, [held]);
});

test('the guardian wakes when a lease runs out', (t) => {
  const held = lease(['db'], { expiresAtMs: t0 + 1234 });
  t.is(decide([watched('db', { state: 'paused' })], nothing, [held], t0).wakeAtMs, t0 + 1234);
});

test('a lease that runs out has its network faults undone by a restart', (t) => {
  const held = lease(['keepalived_1'], { expiresAtMs: t0, restartOnExpiry: ['keepalived_1'] });
  t.deepEqual(verbs(decide([watched('keepalived_1'), watched('keepalived_2')], nothing, [held], t0)), ['restart keepalived_1']);
});

test('a lease is kept until its fault is undone: a restart that is refused or fails is tried again', (t) => {
  const held = lease(['keepalived_1'], { expiresAtMs: t0, restartOnExpiry: ['keepalived_1'] });
  const observed = [watched('keepalived_1')];
  const restart = { verb: 'restart', service: 'keepalived_1' } as const;
  let memory = nothing;
  let nowMs = t0;
  for (const outcome of ['refused', 'failed'] as const) {
    const decision = decide(observed, memory, [held], nowMs);
    t.deepEqual(verbs(decision), ['restart keepalived_1'], outcome);
    t.deepEqual(decision.finished, [], outcome);
    memory = settled(decision.memory, restart, outcome, nowMs + 10);
    t.deepEqual(decide(observed, memory, [held], nowMs + 20).finished, []);
    nowMs = traceIn(memory, 'keepalived_1').notBeforeMs;
  }
  const last = decide(observed, memory, [held], nowMs);
  t.deepEqual(verbs(last), ['restart keepalived_1']);
  const undone = decide(observed, settled(last.memory, restart, 'done', nowMs + 10), [held], nowMs + 20);
  t.deepEqual(verbs(undone), []);
  t.deepEqual(undone.finished, [held]);
});

test('what is frozen when its lease runs out is thawed first and restarted then', (t) => {
  const held = lease(['keepalived_1'], { expiresAtMs: t0, restartOnExpiry: ['keepalived_1'] });
  const frozen = after(500, [watched('keepalived_1', { state: 'paused' })], [held]);
  t.deepEqual(verbs(frozen), ['unpause keepalived_1']);
  t.deepEqual(frozen.finished, []);
  const thawed = settled(frozen.memory, { verb: 'unpause', service: 'keepalived_1' }, 'done', t0 + 510);
  t.deepEqual(verbs(decide([watched('keepalived_1')], thawed, [held], t0 + 2000)), ['restart keepalived_1']);
});

test('a guardian that stood by does not undo once more what the other has undone', (t) => {
  const held = lease(['keepalived_1'], { expiresAtMs: t0, restartOnExpiry: ['keepalived_1'] });
  const both = [watched('guardian_1'), watched('guardian_2'), watched('keepalived_1')];
  const waiting = decide(both, nothing, [held], t0, 'guardian_2');
  t.deepEqual(waiting.finished, []);
  const undone = decide(both, started(waiting.memory, 'keepalived_1', t0 + 300), [held], t0 + 400, 'guardian_2');
  t.deepEqual(undone.finished, [held]);
  const alone = [watched('guardian_1', { state: 'exited' }), ...both.slice(1)];
  t.deepEqual(verbs(decide(alone, undone.memory, [held], t0 + 5000, 'guardian_2')), []);
});

test('of several guardians the first that runs does everything, the others look after guardians', (t) => {
  const second = (first: Partial<Watched>) => {
    const observed = [watched('guardian_1', first), watched('guardian_2'), watched('db', { state: 'exited' })];
    const { memory } = decide(observed, nothing, [], t0, 'guardian_2');
    return verbs(decide(observed, memory, [], t0 + 1000, 'guardian_2'));
  };
  t.deepEqual(second({}), []);
  t.true(decide([watched('guardian_1'), watched('guardian_2')], nothing, [], t0, 'guardian_2').standby);
  t.false(decide([watched('guardian_1', { state: 'exited' }), watched('guardian_2')], nothing, [], t0, 'guardian_2').standby);
  t.deepEqual(second({ state: 'exited' }), ['start guardian_1', 'start db']);
  t.deepEqual(second({ state: 'paused' }), ['unpause guardian_1', 'start db']);
});

const anyWatched = fc
  .record({
    state: fc.constantFrom('created', 'running', 'paused', 'restarting', 'removing', 'exited', 'dead'),
    health: fc.constantFrom('none', 'starting', 'healthy', 'unhealthy'),
    inPod: fc.boolean(),
    startedAtMs: fc.integer({ min: t0 - 1000, max: t0 + 1000 }),
  } as const)
  .map(({ inPod, ...changes }) => ({ inPod, changes }));
const anyProject = fc.array(anyWatched, { minLength: 1, maxLength: 6 }).map((all) =>
  all.map(({ inPod, changes }, index) =>
    watched(`s_${index}`, { ...changes, ...(inPod && index > 0 && { podOwner: `s_${index - 1}` }) }),
  ),
);
const anyTimes = fc.array(fc.integer({ min: 0, max: 100_000 }), { minLength: 1, maxLength: 8 }).map((times) => times.sort((a, b) => a - b));

test('never acts on what is leased, being removed or restarted by the Engine, nor on a member before its owner', (t) => {
  const property = fc.property(anyProject, anyTimes, fc.subarray([0, 1, 2, 3, 4, 5]), (observed, times, leased) => {
    const held = leased.length === 0 ? [] : [lease(leased.map((index) => `s_${index}`))];
    let memory: Memory = nothing;
    for (const time of times) {
      const decision = decide(observed, memory, held, t0 + time);
      memory = decision.memory;
      for (const action of decision.actions) {
        const seen = observed.find((one) => one.service === action.service);
        const owner = observed.find((one) => one.service === seen?.podOwner);
        if (seen === undefined || held[0]?.targets.includes(seen.service) === true) return false;
        if (seen.state === 'removing' || seen.state === 'restarting') return false;
        if (owner !== undefined && owner.state !== 'running') return false;
        memory = settled(memory, action, 'done', t0 + time);
      }
    }
    return true;
  });
  t.notThrows(() => {
    fc.assert(property, { numRuns: 300 });
  });
});

test('no container is acted upon more than once a second, whatever it does', (t) => {
  const states = fc.array(fc.constantFrom('running', 'exited', 'paused'), { minLength: 40, maxLength: 40 });
  const property = fc.property(states, (sequence) => {
    let memory: Memory = nothing;
    let last = -Infinity;
    for (const [index, state] of sequence.entries()) {
      const now = t0 + index * 150;
      const decision = decide([watched('app_1', { state })], memory, [], now);
      memory = decision.memory;
      if (decision.actions.length === 0) continue;
      if (now - last < 900) return false;
      last = now;
      memory = settled(memory, start('app_1'), 'done', now);
    }
    return true;
  });
  t.notThrows(() => {
    fc.assert(property, { numRuns: 300 });
  });
});

test('a dead node of a cluster is left to be fenced for a while, and started when nobody does', (t) => {
  const dead = watched('lb_1', { component: 'lb', state: 'exited' });
  const first = decide([dead], nothing, [], t0);
  t.deepEqual(first.actions, []);
  t.deepEqual(decide([dead], first.memory, [], t0 + 9000).actions, []);
  t.like(decide([dead], first.memory, [], t0 + 10_000).actions[0], { verb: 'start', service: 'lb_1' });
});

test('what was seen before an action came to its end is not acted on', (t) => {
  const ill = [watched('db', { health: 'unhealthy' })];
  const { memory } = decide(ill, new Map(), [], t0);
  const after = settled(memory, { service: 'db', verb: 'restart' }, 'done', t0 + 5000);
  t.deepEqual(decide(ill, after, [], t0 + 4999).actions, []);
  t.is(decide(ill, after, [], t0 + 5000).actions.length, 1);
});
