import { Command, Option, type OptionValues } from 'commander';
import { loadAssets } from '../runtime/assets/assets.ts';
import { drillLimits } from '../runtime/drill/limits.ts';
import { managers } from '../runtime/config/schema/managers.ts';
import { failoverTargets } from './help/failover-targets.ts';
import { serveRoles } from './help/serve-roles.ts';
import { invocationOf, type Host, type Invocation } from './invocation.ts';
import { parseStates } from './options/jobs.ts';
import { parseNames, parseScale } from './options/scale.ts';
import { durationBetween, parseCount, parseDurationMs, parseLimit, parseList, parseSeed, parseText, within } from './options/values.ts';

/** A command's function; loaded when it is called, so that `--version` loads none. */
type Run<Options> = (invocation: Invocation, options: Options, args: readonly string[]) => Promise<void>;

/** The whole command tree. Commander's own errors are thrown, not exited on. */
export function createProgram(host: Host): Command {
  const program = new Command('haplat')
    .description('Stands up a highly available web platform on the Docker Engine and proves that it survives failures.')
    .version(loadAssets().version, '--version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .option('-c, --config <file>', 'configuration (default: haplat.yaml; absent means the defaults)', parseText)
    .option('-p, --project <name>', 'project name, to have several platforms side by side on one Engine', parseText)
    .option('--json', 'one JSON document on stdout, nothing else there', false)
    .option('-q, --quiet', 'no progress and no warnings', false)
    .option('-v, --verbose', 'causes and stack traces of errors', false)
    .addOption(new Option('--no-color', 'no colours (so does NO_COLOR)'))
    .showHelpAfterError('(haplat --help shows how it is used)')
    .exitOverride()
    .addHelpText('after', '\nExample:\n  haplat up && haplat failover --kill traefik_1\n');

  const tree = new Tree(program, host);
  addPlatformCommands(tree);
  addClusterCommands(tree);
  addDrillCommands(tree);
  addJobCommands(tree);
  addImageCommands(tree);
  addOtherCommands(tree);
  return program;
}

class Tree {
  readonly #program: Command;
  readonly #host: Host;

  constructor(program: Command, host: Host) {
    this.#program = program;
    this.#host = host;
  }

  /** Adds a command, to the program or below another. */
  add(usage: string, description: string, example: string, parent: Command = this.#program): Command {
    return parent
      .command(usage)
      .description(description)
      .addHelpText('after', `\nExample:\n  ${example}\n`)
      .exitOverride()
      .copyInheritedSettings(parent);
  }

  /** Says what a command runs. */
  run<Options extends OptionValues>(command: Command, load: () => Promise<Run<Options>>): void {
    command.action(async (...received: unknown[]) => {
      const args = received.slice(0, -2).flat().filter((one) => typeof one === 'string');
      const run = await load();
      await run(invocationOf(command, this.#host), command.opts<Options>(), args);
    });
  }
}

function addPlatformCommands(tree: Tree): void {
  const init = tree.add('init', 'write a commented haplat.yaml with the defaults', 'haplat init').option('--force', 'overwrite one that is there', false);
  tree.run(init, async () => (await import('./commands/init.ts')).runInit);

  const up = tree.add('up', 'converge: certificates, images, configs, containers; returns when healthy', 'haplat up --scale app=5,worker=3');
  addUpOptions(up);
  tree.run(up, async () => (await import('./commands/up.ts')).runUp);

  const plan = tree
    .add('plan', 'what "up" would do, and why; changes nothing', 'haplat plan --detailed-exitcode')
    .option('--detailed-exitcode', '0: nothing to do, 2: changes, 1: error (5: the Docker Engine cannot be reached)', false);
  addUpOptions(plan);
  tree.run(plan, async () => (await import('./commands/plan.ts')).runPlan);

  const status = tree
    .add('status', 'who serves, who holds the virtual IP, what could still fail, what was healed', 'haplat status --watch')
    .option('-w, --watch', 'redraw until Ctrl-C', false)
    .addOption(timed('--interval <duration>', 'time between redraws', ['100ms', '1h'], '2s'));
  tree.run(status, async () => (await import('./commands/status.ts')).runStatus);

  const down = tree
    .add('down', 'remove what "up" made; data stays unless --volumes', 'haplat down')
    .option('--volumes', 'remove the data as well (asks first)', false)
    .option('-y, --yes', 'do not ask', false);
  tree.run(down, async () => (await import('./commands/down.ts')).runDown);

  const certs = tree.add('certs', 'issue missing certificates and show what there is', 'haplat certs rotate');
  tree.run(certs, async () => (await import('./commands/certs.ts')).runCerts);
  const issue = tree.add('issue', 'issue the certificates that are missing or run out', 'haplat certs issue', certs);
  tree.run(issue, async () => (await import('./commands/certs.ts')).runCertsIssue);
  const show = tree.add('show', 'show the certificates and the days they have left', 'haplat certs show --json', certs);
  tree.run(show, async () => (await import('./commands/certs.ts')).runCertsShow);
  const rotate = tree.add('rotate', 'issue a new server certificate; Traefik takes it without a restart', 'haplat certs rotate', certs);
  rotate.option('--cluster', "a new key for the cluster's own traffic instead; nothing is restarted", false);
  tree.run(rotate, async () => (await import('./commands/certs.ts')).runCertsRotate);
}

/** What a run of `up` may differ in from the configuration. */
function addUpOptions(command: Command): void {
  command
    .option('--scale <counts>', 'replicas in this run, instead of app.replicas and worker.replicas: app=5,worker=3', parseScale)
    .option('--renew <names>', 'replace these although nothing has changed, replica by replica: app,worker', parseNames)
    .addOption(new Option('--manager <name>', 'who runs the load balancers, where haplat.yaml does not say (loadBalancers.manager)').choices([...managers]));
}

function addClusterCommands(tree: Tree): void {
  const cluster = tree.add('cluster', 'the Pacemaker cluster, where it runs the load balancers', 'haplat cluster standby lb_1');
  const standby = tree.add('standby <node>', 'take a node out of service; its resources go elsewhere, its vote stays', 'haplat cluster standby lb_1', cluster);
  tree.run(standby, async () => (await import('./commands/cluster.ts')).runClusterStandby);
  const online = tree.add('online <node>', 'bring a node back into service', 'haplat cluster online lb_1', cluster);
  tree.run(online, async () => (await import('./commands/cluster.ts')).runClusterOnline);
  const move = tree.add('move [node]', 'move the virtual address, to a node or to any other', 'haplat cluster move lb_2', cluster);
  tree.run(move, async () => (await import('./commands/cluster.ts')).runClusterMove);
  const cleanup = tree.add('cleanup', 'forget failed actions, so that the cluster tries again', 'haplat cluster cleanup', cluster);
  tree.run(cleanup, async () => (await import('./commands/cluster.ts')).runClusterCleanup);
}

function addDrillCommands(tree: Tree): void {
  const failover = tree
    .add('failover', 'run one drill and give a verdict', 'haplat failover --kill traefik_1 --max-downtime 1s')
    .option('--kill <target>', 'SIGKILL process 1: traefik_1, keepalived_1, lb_1, app_1, worker_1, db, rabbitmq, …')
    .option('--stop <target>', 'stop gracefully')
    .option('--pause <target>', 'freeze, still holding its address')
    .option('--restart <target>', 'restart')
    .option('--partition <targets>', 'cut off from its networks by packet filters (A or A,B)')
    .option('--from <names>', 'with --partition: only towards these (C,D): names or components')
    .option('--cut-heartbeat <target>', "only the nodes' signs of life are cut: a split brain")
    .option('--standby <node>', 'planned: a node of the cluster is put on standby, and online again')
    .option('--loss <target>', 'drop packets; with --percent')
    .option('--percent <count>', 'of packets that are lost', within(drillLimits.percent))
    .option('--latency <target>', 'delay packets; with --ms')
    .option('--ms <count>', 'milliseconds of delay', within(drillLimits.latencyMs))
    .option('--fill-disk <target>', 'write a bounded file; with --size')
    .option('--size <count>', 'mebibytes of that file (default: 64)', within(drillLimits.mebibytes))
    .option('--expire-cert', 'serve a certificate that has run out')
    .option('--runs <count>', 'how often, each time from a steady state', within(drillLimits.runs), 1)
    .option('--accept-outage', 'go on although nothing of a component will be left', false)
    .addHelpText('after', failoverTargets);
  addDrillOptions(failover);
  tree.run(failover, async () => (await import('./commands/failover.ts')).runFailover);

  const drill = tree.add('drill', 'suites of drills', 'haplat drill run matrix --html report.html');
  const list = tree.add('list [suite]', 'the drills of a suite: a YAML file, or the built-in matrix or rolling-update', 'haplat drill list', drill)
    .option('--only <texts>', 'those with one of these texts (A,B) in their names', parseList);
  tree.run(list, async () => (await import('./commands/drill.ts')).runDrillList);
  const run = tree.add('run [suite]', 'run a suite: a YAML file, or the built-in matrix or rolling-update', 'haplat drill run rolling-update', drill)
    .option('--only <texts>', 'those drills with one of these texts (A,B) in their names', parseList);
  addDrillOptions(run);
  tree.run(run, async () => (await import('./commands/drill.ts')).runDrillRun);

  const heal = tree.add('heal', 'undo every fault that a drill left behind', 'haplat heal');
  tree.run(heal, async () => (await import('./commands/heal.ts')).runHeal);
}

/** A duration with a default, which the help shows as one would write it. */
function timed(flags: string, description: string, [least, most]: readonly [string, string], byDefault: string): Option {
  return new Option(flags, description).argParser(durationBetween(least, most)).default(parseDurationMs(byDefault), byDefault);
}

/** What a single drill and a suite have in common. */
function addDrillOptions(command: Command): void {
  command
    .option('--max-downtime <duration>', 'objective: longest downtime (default: objectives.maxDowntimeMs)', parseDurationMs)
    .option('--max-failed <count>', 'objective: failed requests (default: objectives.maxFailedRequests)', parseCount)
    .option('--max-lost <count>', 'objective: acknowledged writes lost (default: objectives.maxLostWrites)', parseCount)
    .option('--max-restore <duration>', 'objective: time until full redundancy (default: objectives.maxRestoreMs)', parseDurationMs)
    .option('--rate <count>', 'requests per second (default: 200, or 100 with fewer than four processors)', within(drillLimits.rate))
    .option('--writes <count>', 'writes per second of which each acknowledged one is looked up afterwards', within(drillLimits.writes), 10)
    .addOption(timed('--timeout <duration>', 'a request that takes longer has failed', ['1ms', '1m'], '1s'))
    .option('--hold <duration>', 'how long a fault that lasts stays in place (default: 10s)', durationBetween('0s', '10m'))
    .addOption(timed('--within <duration>', 'how long recovery and redundancy may take', ['1s', '15m'], '60s'))
    .option('--no-pooled', 'probe over new connections only, not over kept ones beside them')
    .option('--seed <count>', 'for targets that are chosen at random', parseSeed)
    .option('--force', 'go on although the platform is not steady; the report says so', false)
    .option('--junit <file>', 'report for CI systems', parseText)
    .option('--html <file>', 'report for people: one page, works offline', parseText)
    .option('--openmetrics <file>', 'report for Prometheus', parseText)
    .option('--baseline <file>', 'compare with it, exit 3 on a regression; written when there is none, by drills that passed', parseText)
    .option('--tolerance <percent>', 'how much slower than the baseline is no regression', parseCount, 20);
}

function addJobCommands(tree: Tree): void {
  const jobs = tree.add('jobs', 'jobs that wait or have failed, and the dead-letter queue', 'haplat jobs && haplat jobs drain-dlq');
  tree.run(jobs, async () => (await import('./commands/jobs.ts')).runJobsList);
  const list = tree
    .add('ls', 'list jobs, oldest first; without --state those that are not done', 'haplat jobs ls --state failed --json', jobs)
    .option('--state <states>', 'queued, retrying, done or failed; several with commas', parseStates)
    .option('--limit <count>', 'jobs at most', parseLimit, 50);
  tree.run(list, async () => (await import('./commands/jobs.ts')).runJobsList);
  const show = tree.add('show <id>', 'one job', 'haplat jobs show 0190b6c2-7e3f-7a53-9a4e-0d6d3f1c2b1a', jobs);
  tree.run(show, async () => (await import('./commands/jobs.ts')).runJobsShow);
  const retry = tree.add('retry <ids...>', 'give failed jobs another round of attempts', 'haplat jobs retry 0190b6c2-7e3f-7a53-9a4e-0d6d3f1c2b1a', jobs);
  tree.run(retry, async () => (await import('./commands/jobs.ts')).runJobsRetry);
  const discard = tree.add('discard <ids...>', 'give up failed jobs: they are forgotten', 'haplat jobs discard 0190b6c2-7e3f-7a53-9a4e-0d6d3f1c2b1a', jobs);
  tree.run(discard, async () => (await import('./commands/jobs.ts')).runJobsDiscard);
  const drain = tree
    .add('drain-dlq', 'empty the dead-letter queue: retry what belongs to a failed job', 'haplat jobs drain-dlq --discard', jobs)
    .option('--discard', 'remove what belongs to no job (it is printed)', false)
    .option('--limit <count>', 'dead letters at most', parseLimit, 1000);
  tree.run(drain, async () => (await import('./commands/jobs.ts')).runJobsDrain);
}

function addImageCommands(tree: Tree): void {
  const images = tree.add('images', 'what the platform runs, and a bundle of it for machines without a registry', 'haplat images save platform.tar.gz');
  tree.run(images, async () => (await import('./commands/images.ts')).runImagesList);
  const list = tree.add('ls', 'the images, whether the Engine has them, and what runs them', 'haplat images ls --json', images);
  tree.run(list, async () => (await import('./commands/images.ts')).runImagesList);
  const pull = tree
    .add('pull', 'get or build what the Engine does not have', 'haplat images pull --renew', images)
    .option('--renew', 'also pull what it has, for newer ones of the same name, and build anew on them; "up" then puts them in place', false);
  tree.run(pull, async () => (await import('./commands/images.ts')).runImagesPull);
  const save = tree.add('save <file>', 'write all of them to one archive (.gz: compressed; -: standard output)', 'haplat images save platform.tar.gz', images);
  tree.run(save, async () => (await import('./commands/images.ts')).runImagesSave);
  const load = tree.add('load <file>', 'take in such an archive (-: standard input)', 'haplat images load platform.tar.gz', images);
  tree.run(load, async () => (await import('./commands/images.ts')).runImagesLoad);
}

function addOtherCommands(tree: Tree): void {
  const logs = tree
    .add('logs [names...]', "containers' logs, interleaved, prefixed; of all of a component by its name", 'haplat logs traefik keepalived_1 -f')
    .option('-f, --follow', 'go on until Ctrl-C, across restarts', false)
    .option('-n, --tail <count>', 'lines from the end of each', parseCount, 100);
  tree.run(logs, async () => (await import('./commands/logs.ts')).runLogs);

  const exporting = tree.add('export', 'the same platform in the words of other tools', 'haplat export compose > compose.yaml');
  const compose = tree.add('compose', 'as a Compose file, for reading, audit and leaving', 'haplat export compose > compose.yaml', exporting);
  tree.run(compose, async () => (await import('./commands/export-compose.ts')).runExportCompose);

  const cluster = tree.add('cluster <folder>', 'Corosync and Pacemaker for hosts of their own: corosync.conf, the CIB, the key, the agent', 'haplat export cluster ./cluster', exporting);
  tree.run(cluster, async () => (await import('./commands/export-cluster.ts')).runExportCluster);

  const doctor = tree.add('doctor', 'check the machine: Engine, API version, ports, subnets, memory, kernel', 'haplat doctor');
  tree.run(doctor, async () => (await import('./commands/doctor.ts')).runDoctor);

  const serve = tree.add('serve <role> [args...]', "run as part of the platform: api, worker, jobs, probe or guardian; used inside haplat's containers", 'haplat serve api');
  serve.allowUnknownOption().passThroughOptions(false).addHelpText('after', serveRoles);
  tree.run(serve, async () => (await import('./commands/serve.ts')).runServe);
}
