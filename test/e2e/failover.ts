import test from 'ava';
import * as z from 'zod';
import { readVipHolders } from '../../src/runtime/observe/vip-holders.ts';
import { applicationOf } from './_application.ts';
import { answersAcrossAMove, sendAcrossAMove, type Move } from './_across-a-move.ts';
import { during, failover, faultWithinMs, gently, startDrill, whyUntold, type DrillArgument } from './_drill.ts';
import { connectToNobody, sql } from './_inside.ts';
import { eventually, outcomeOf, Platform } from './_platform.ts';

const serial = test.serial;
let platform: Platform;
const { createItem, enqueue, processedCount } = applicationOf(() => platform);

test.before(async () => {
  platform = await Platform.create({ project: 'e2e-drill', number: 4 });
  await platform.mustRun('up', '-q');
});
test.afterEach.always(async (t) => {
  // A fault that a failed test would have ended itself must not be below the next one.
  if (!t.passed) await platform.endAll();
  if (!t.passed) for (const repair of await platform.repairs()) t.log(repair);
});
test.after.always(async () => {
  await platform.dispose();
});

const spread = z.object({ min: z.number(), p50: z.number(), p95: z.number(), max: z.number() });
/** What scripts rely on of `failover --json`; more may be there. */
const drillSchema = z.object({
  schema: z.literal('haplat.drill/1'),
  project: z.string(),
  verdict: z.enum(['pass', 'fail', 'inconclusive']),
  reasons: z.array(z.string()),
  fault: z.object({ kind: z.string(), target: z.string() }),
  objectives: z.object({ maxDowntimeMs: z.number(), maxLostWrites: z.number() }),
  summary: z.object({ runs: z.number(), downtimeMs: spread, ackedWritesLost: z.number() }),
  runs: z.array(
    z.object({
      verdict: z.string(),
      downtimeMs: z.number(),
      resolutionMs: z.number(),
      requests: z.object({ sent: z.number(), ok: z.number(), failed: z.number(), errors: z.record(z.string(), z.number()) }),
      splitBrainMs: z.number(),
      latencyMs: z.object({ p50: z.number(), p99: z.number(), max: z.number() }),
      phases: z.object({
        detectedMs: z.number().nullable(), vipMovedMs: z.number().nullable(), firstSuccessMs: z.number().nullable(),
        healedMs: z.number().nullable(), redundancyRestoredMs: z.number().nullable(),
      }),
      ledger: z.object({ acknowledged: z.number(), lost: z.number(), duplicated: z.number(), unknown: z.number() }),
    }),
  ),
});

/** Generous: what is asserted is what happens and in which order; how fast it is, is measured by the bench. */
const patient = ['--max-downtime', '30s'];

async function drill(...args: DrillArgument[]) {
  const { before, exitCode, stdout, stderr } = await failover(platform, 60_000, args);
  const result = drillSchema.safeParse(JSON.parse(stdout || '{}'));
  if (!result.success) throw new Error(`exit ${exitCode}: ${stdout}\n${stderr}\n${z.prettifyError(result.error)}`);
  const [run] = result.data.runs;
  if (run === undefined) throw new Error(stdout);
  return { before, exitCode, result: result.data, run };
}

const itemsOfDrills = () => sql(platform, "SELECT count(*) FROM items WHERE name LIKE 'drill drill-%'");

const stateOf = async (service: string) => (await platform.engine.inspectContainer(platform.container(service)))?.state;

/** The node that has the address, as a number. */
async function holder(): Promise<string> {
  return (await platform.untilHealthy(60_000)).vip.holders[0]?.replace('keepalived_', '') ?? '';
}

for (const victim of ['traefik', 'keepalived'] as const) {
  serial(`the address leaves the node whose ${victim} is killed, and redundancy returns`, async (t) => {
    const { before, exitCode, result, run } = await drill('--kill', (holder) => holder.replace('keepalived', victim), ...patient);
    t.is(result.verdict, 'pass', result.reasons.join('; '));
    t.is(exitCode, 0);
    t.true(run.downtimeMs > 0);
    t.not(run.phases.vipMovedMs, null);
    t.not(run.phases.redundancyRestoredMs, null);
    t.not(run.phases.detectedMs, null);
    t.true((run.phases.vipMovedMs ?? Infinity) <= (run.phases.redundancyRestoredMs ?? 0), JSON.stringify(run.phases));
    t.true(run.ledger.acknowledged > 0);
    t.is(run.ledger.lost, 0);
    t.not(`keepalived_${await holder()}`, before);
  });
}

const plannedMove = async (): Promise<Move> => {
  const node = await holder();
  const start = () => platform.engine.stopContainer(platform.container(`traefik_${node}`));
  return { from: `keepalived_${node}`, nodes: ['keepalived_1', 'keepalived_2'], start };
};

serial('the node that gives the address up still answers what it has in hand', async (t) => {
  const answers = await answersAcrossAMove(platform, await plannedMove());
  t.true(answers.length > 0, 'nothing was in hand');
  t.deepEqual(answers.filter(({ status }) => ![200, 503].includes(status)).map(({ status }) => status), []);
});

serial('a planned move resets no connection', async (t) => {
  await platform.untilHealthy(60_000);
  t.is(await sendAcrossAMove(platform, await plannedMove()), 201);
});

serial('a dead replica of the API fails no read', async (t) => {
  // Time enough on a busy machine: what goes to the dead one and is not sent to another is answered with an error.
  const { result, run } = await drill('--kill', 'app_1', ...patient, '--timeout', '3s', '--max-failed', '0');
  t.is(run.requests.failed, 0, JSON.stringify(run.requests.errors));
  t.is(result.verdict, 'pass', result.reasons.join('; '));
});

serial('a dead worker loses no job', async (t) => {
  const { result, run } = await drill('--kill', 'worker_1', ...patient);
  t.is(result.verdict, 'pass', result.reasons.join('; '));
  t.is(run.ledger.lost + run.ledger.duplicated, 0);
});

serial('the only database is killed only when an outage is accepted, and comes back with everything acknowledged', async (t) => {
  await platform.untilHealthy(60_000);
  const refused = await platform.run('failover', '--kill', 'db');
  t.is(refused.exitCode, 2);
  t.regex(refused.stderr, /--accept-outage/);
  const { run } = await drill('--kill', 'db', '--accept-outage', ...patient);
  t.is(run.ledger.lost, 0);
});

serial('a killed broker loses no job', async (t) => {
  const { run } = await drill('--kill', 'rabbitmq', '--accept-outage', ...patient);
  t.is(run.ledger.lost + run.ledger.duplicated, 0);
});

serial('an objective that is missed is exit 3', async (t) => {
  const { exitCode, result } = await drill('--kill', (holder) => holder, '--max-restore', '1ms');
  t.is(exitCode, 3);
  t.is(result.verdict, 'fail');
});

serial('a target that is nothing is a usage error', async (t) => {
  const { exitCode, stderr } = await platform.run('failover', '--kill', 'nobody');
  t.is(exitCode, 2);
  t.regex(stderr, /^error: there is no target nobody\n {2}→ use one of /m);
});

serial('a drill does not start on a platform that is not steady', async (t) => {
  await platform.untilHealthy(60_000);
  t.teardown(() => platform.mustRun('up', '-q'));
  // A guardian would have it steady again in a moment.
  await platform.stopGuardians();
  await platform.engine.stopContainer(platform.container('netdata'));
  const { exitCode, stdout, stderr } = await platform.run('failover', '--kill', 'app_1');
  t.is(exitCode, 4);
  t.regex(stdout + stderr, /netdata is exited/);
});

serial('nor on one of which something is missing, and nothing else wrong', async (t) => {
  await platform.untilHealthy(60_000);
  t.teardown(() => platform.mustRun('up', '-q'));
  await platform.engine.removeContainer(platform.container('worker_2'));
  const { exitCode, stdout } = await platform.run('failover', '--kill', 'app_1');
  t.is(exitCode, 4);
  t.regex(stdout, /not steady before the fault: worker_2 is missing/);
});

serial('all guardians are killed only when that is accepted, and the drill starts whom nobody else would', async (t) => {
  await platform.untilHealthy(60_000);
  const refused = await platform.run('failover', '--kill', 'all:guardian');
  t.is(refused.exitCode, 2);
  t.regex(refused.stderr, /leaves nothing of guardian: nothing will heal by itself/);
  const { result } = await drill('--kill', 'all:guardian', '--accept-outage', '--within', '3s', ...patient);
  t.is(result.verdict, 'fail');
  t.true(result.reasons.includes('redundancy was not restored by the deadline'), result.reasons.join('; '));
  await platform.untilHealthy(60_000);
});

serial('who is down because a drill was killed is started by heal, where there is no guardian', async (t) => {
  const { running } = await startDrill(platform, ['--kill', 'all:guardian', '--accept-outage'], 'the guardians to be dead', async () => {
    const states = await Promise.all(['guardian_1', 'guardian_2'].map(stateOf));
    return states.every((state) => state === 'exited');
  });
  running.kill('SIGKILL');
  await running;
  t.regex((await platform.mustRun('heal')).stdout, /^undone: kill guardian_1, guardian_2/);
  await platform.untilHealthy(60_000);
});

serial('a drill does not start either on a platform that is healthy and can\'t do its work', async (t) => {
  await sql(platform, 'ALTER TABLE outbox RENAME TO hidden');
  try {
    await eventually('the API to notice', 60_000, async () => ((await platform.https('/readyz')).status === 503 ? true : undefined));
    const { exitCode, stdout, stderr } = await platform.run('failover', '--kill', 'vip-holder');
    t.is(exitCode, 4);
    t.regex(stdout + stderr, /not steady before the fault: app_[12] can't do its work \(unavailable: schema down\)/);
  } finally {
    await sql(platform, 'ALTER TABLE hidden RENAME TO outbox');
  }
  await platform.untilHealthy(60_000);
});

for (const fault of [
  ['--stop', 'vip-holder'], ['--pause', 'vip-holder'], ['--restart', 'app_1'], ['--partition', 'app_2'],
  ['--loss', 'app_1', '--percent', '20'], ['--fill-disk', 'app_1', '--size', '8'],
]) {
  serial(`failover ${fault.join(' ')} is injected, measured and healed`, async (t) => {
    const { result } = await drill(...fault, '--hold', '4s', ...patient);
    t.is(result.verdict, 'pass', result.reasons.join('; '));
    await platform.untilHealthy(60_000);
  });
}

/** Asked of the kernel itself, in a namespace where nothing is held back by it. */
async function canDelayPackets(): Promise<boolean> {
  const script = 'tc qdisc add dev lo root netem delay 0ms && tc qdisc del dev lo root';
  return (await platform.engine.exec(platform.container('keepalived_1'), ['bash', '-c', script], { timeoutMs: 10_000 })).exitCode === 0;
}

serial('the answers of a replica are late where the kernel has netem; where it has none, the drill says so', async (t) => {
  const isPossible = await canDelayPackets();
  t.log(isPossible ? 'this kernel has netem' : 'this kernel has no netem');
  // Drills that were killed have left some.
  const before = await itemsOfDrills();
  // So few writes that a slow machine has removed them all before a drill that is not carried out waits no longer for that.
  const { exitCode, stdout } = await failover(platform, 60_000, ['--latency', 'app_1', '--ms', '200', '--hold', '4s', '--writes', '2', ...patient]);
  if (isPossible) {
    const { verdict, reasons, runs: [run] } = drillSchema.parse(JSON.parse(stdout));
    t.is(verdict, 'pass', reasons.join('; '));
    t.true(Number(run?.latencyMs.p99) >= 200, stdout);
    t.not(run?.phases.healedMs, null);
  } else {
    t.is(exitCode, 4);
    t.like(JSON.parse(stdout), { verdict: 'inconclusive' });
    t.regex(stdout, /the fault took no effect: the kernel has no netem/);
  }
  const heal = await platform.run('heal', '--json');
  t.deepEqual(JSON.parse(heal.stdout), { schema: 'haplat.heal/1', project: platform.project, undone: [] }, heal.stderr);
  t.is(await itemsOfDrills(), before, 'one that was not carried out leaves nothing either');
  await platform.untilHealthy(60_000);
});

serial('the holder that was cut off gives the address up once it is back, even if it has forgotten where its peer is', async (t) => {
  const nodes = new Map(['keepalived_1', 'keepalived_2'].map((node) => [node, platform.container(node)]));
  const drilling = drill('--partition', (holder) => holder.replace('keepalived_', 'node:'), '--hold', '10s', ...patient);
  // Asked of the kernels alone: a slow machine's whole status takes as long as the fault.
  await during(drilling, eventually('both to have the address', faultWithinMs, async () =>
    (await readVipHolders(platform.engine, platform.vip, nodes)).holders.length === 2 ? true : undefined,
  ));
  for (const container of nodes.values()) {
    const { exitCode } = await platform.engine.exec(container, ['ip', '-4', 'neighbour', 'flush', 'all'], { timeoutMs: 10_000 });
    t.is(exitCode, 0);
  }
  const { run } = await drilling;
  // The kernel by itself asks for a neighbour once a second, of which a part may be over by chance. What it was told instead, it
  // tells in its own ticks.
  t.true(run.splitBrainMs < 900, `${run.splitBrainMs} ms`);
  for (const container of nodes.values()) {
    const { stdout } = await platform.engine.exec(container, ['ip', 'ntable', 'show', 'name', 'arp_cache'], { timeoutMs: 10_000 });
    t.true([...stdout.matchAll(/ retrans (\d+)/g)].some(([, ms]) => Number(ms) >= 20 && Number(ms) <= 100), stdout);
  }
  t.is(run.ledger.lost, 0);
  await platform.untilHealthy(60_000);
});

serial('a holder that reaches no replica gives the address to a node that does, and is told of until it does again', async (t) => {
  const before = await holder();
  const drilling = drill('--partition', 'vip-holder', '--from', 'app', '--hold', '20s', ...patient);
  await during(drilling, eventually('the node to say so', faultWithinMs, async () =>
    (await platform.status()).problems.includes(`keepalived_${before} runs and can't do its work (no replica of the API is reached from here)`) ? true : undefined,
  ));
  const { result, run } = await drilling;
  t.is(result.verdict, 'pass', result.reasons.join('; '));
  t.true(Number(run.phases.vipMovedMs) < Number(run.phases.healedMs), JSON.stringify(run.phases));
  t.true(Number(run.phases.firstSuccessMs) < Number(run.phases.healedMs), JSON.stringify(run.phases));
  await platform.untilHealthy(60_000);
  t.not(await holder(), before);
});

serial('a load balancer that is kept from one of the replicas is told of, and clients do not notice', async (t) => {
  const drilling = drill('--partition', 'traefik_1', '--from', 'app_2', '--hold', '30s', ...patient);
  await during(drilling, eventually('status to tell of it', faultWithinMs, async () =>
    (await platform.status()).problems.includes('traefik_1 sends no requests to app_2, which does not answer its checks (haplat logs traefik_1)') ? true : undefined,
  ));
  const { result } = await drilling;
  t.is(result.verdict, 'pass', result.reasons.join('; '));
  await platform.untilHealthy(60_000);
});

serial('a replica that alone has lost the database is asked for nothing, and a worker keeps no job, until they have one again', async (t) => {
  let isOver = false;
  const drilling = drill('--partition', 'app_1,worker_1', '--from', 'db', '--hold', '60s', ...patient).finally(() => { isOver = true; });
  // Requests are logged as well, and go on for a moment afterwards.
  const says = (service: string, what: RegExp) =>
    eventually(`${service} to say so`, faultWithinMs, async () => (what.test((await platform.run('logs', service, '--tail', '5000')).stdout) ? true : undefined));
  await during(drilling, Promise.all([says('app_1', /stands back/), says('worker_1', /gives back what it has in hand/)]));
  await eventually('the balancers to pass it over', 20_000, async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => platform.https('/items')));
    return answers.every(({ status }) => status === 200) ? true : undefined;
  });
  const ids = await Promise.all(Array.from({ length: 10 }, () => createItem('cut off')));
  await Promise.all(ids.map((id) => enqueue(id)));
  await eventually('the other worker to do all', 20_000, async () =>
    (await Promise.all(ids.map(processedCount))).every((count) => count === 1) ? true : undefined,
  );
  t.false(isOver, 'the fault is still in place');
  const { run } = await drilling;
  t.is(run.ledger.lost + run.ledger.duplicated, 0);
  await platform.untilHealthy(60_000);
});

serial('what goes to a replica that is no more fails at once and need not wait', async (t) => {
  for (const network of ['app', 'control'] as const) t.regex(await connectToNobody(platform, 'keepalived_2', network), /No route to host/);
});

serial('status is degraded while a fault is in place, and Ctrl-C heals it', async (t) => {
  const before = Number(await itemsOfDrills());
  const left = async () => Number(await itemsOfDrills()) - before;
  const { running } = await startDrill(platform, ['--pause', 'app_1', '--hold', '5m', '--writes', '2'], 'the fault to show', async () =>
    (await platform.status()).problems.some((problem) => problem.includes('fault is still in place')),
  );
  await eventually('more writes than may be left', 60_000, async () => ((await left()) >= 15 ? true : new Error(String(await left()))));
  running.kill('SIGINT');
  t.is(outcomeOf(await running).exitCode, 130);
  // What was on its way to the frozen replica it may carry out later; all others are removed.
  const count = await left();
  t.true(count <= 5, String(count));
  await platform.untilHealthy(60_000);
  t.false((await platform.engine.listContainers({ project: platform.project })).some((one) => one.name.includes('probe')));
});

serial('a drill that is killed leaves a fault that heal undoes', async (t) => {
  const { running } = await startDrill(platform, ['--pause', 'app_1', '--hold', '5m'], 'app_1 to be paused', async () => (await stateOf('app_1')) === 'paused');
  running.kill('SIGKILL');
  await running;
  const { stdout } = await platform.mustRun('heal');
  t.regex(stdout, /^undone: pause app_1/);
  await platform.untilHealthy(60_000);
});

serial('a fault is held by the clock, however long the answers take', async (t) => {
  await platform.untilHealthy(60_000);
  const { result } = await drill('--pause', 'all:traefik', '--accept-outage', '--hold', '2s', '--timeout', '30s', '--max-downtime', '30s');
  t.is(result.verdict, 'pass', result.reasons.join('; '));
  const healedMs = result.runs[0]?.phases.healedMs ?? Infinity;
  t.true(healedMs >= 2000 && healedMs < 8000, `${healedMs} ms`);
});

const isFilled = async () => {
  const { exitCode } = await platform.engine.exec(platform.container('db'), ['test', '-e', '/var/lib/postgresql/data/haplat-drill-fill'], { timeoutMs: 5000 });
  return exitCode === 0;
};

/** A drill that is killed while its file is in the database's volume. */
async function leaveFilled(): Promise<void> {
  const { running } = await startDrill(platform, ['--fill-disk', 'db', '--size', '8', '--hold', '5m'], 'the file to be there', isFilled);
  running.kill('SIGKILL');
  await running;
}

serial('what a killed drill has left, in place or running, does not keep the next from its work', async (t) => {
  await leaveFilled();
  const again = ['--kill', 'worker_1', ...patient];
  const next = await platform.run('failover', ...gently, ...again);
  t.regex(next.stderr, /removed what an earlier drill has left running: \S+-probe-/);
  t.regex(next.stderr, /undone: fill-disk db, left by a drill/);
  // What it had to undo it has told by now, and only the first one can.
  const { exitCode, stdout } = whyUntold(next) === undefined ? next : await failover(platform, 60_000, again);
  t.is(exitCode, 0, stdout);
  t.false(await isFilled());
});

serial('what a killed drill has left in a volume does not outlive down', async (t) => {
  await leaveFilled();
  t.regex((await platform.mustRun('down')).stderr, /undone: fill-disk db, left by a drill/);
  await platform.mustRun('up', '-q');
  t.false(await isFilled());
});

serial('what a killed drill has left in the volume of a container that is gone waits for up to bring that back', async (t) => {
  await leaveFilled();
  await platform.engine.removeContainer(platform.container('db'));
  const healed = await platform.run('heal');
  t.is(healed.exitCode, 1);
  t.regex(healed.stderr, /"haplat up" starts them, and undoes it then/);
  t.regex((await platform.mustRun('up')).stderr, /undone: fill-disk db, left by a drill/);
  t.false(await isFilled());
  t.is((await platform.mustRun('heal')).stdout, 'No fault is in place.');
});
