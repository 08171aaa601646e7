import type { Manager } from '../../runtime/config/schema/managers.ts';
import { up, type UpResult } from '../../runtime/platform/up.ts';
import { endpointsOf, type Endpoints } from '../../runtime/status/endpoints.ts';
import { authorityCertificate } from '../../runtime/topology/state-paths.ts';
import type { Invocation } from '../invocation.ts';
import type { Replicas } from '../options/scale.ts';
import { PlanProgress } from '../present/plan-progress.ts';
import { formatSeconds } from '../present/text.ts';

export interface UpFlags {
  readonly scale?: Replicas;
  readonly renew?: readonly string[];
  readonly manager?: Manager;
}

export async function runUp(invocation: Invocation, flags: UpFlags): Promise<void> {
  const startedAtMs = performance.now();
  const loaded = await invocation.loadConfig({ replicas: flags.scale, manager: flags.manager });
  const engine = await invocation.connect(loaded, { looksFirst: true });
  const progress = new PlanProgress(invocation.options);
  let result: UpResult;
  try {
    result = await up({
      loaded,
      engine,
      signal: invocation.signal,
      renew: flags.renew ?? [],
      onWarning: invocation.warn,
      onNote: invocation.note,
      onPlan: (plan) => { progress.begin(plan); },
      onEvent: (event) => { progress.take(event); },
    });
  } finally {
    await progress.end();
  }
  const durationMs = Math.round(performance.now() - startedAtMs);
  const endpoints = endpointsOf(loaded.config);
  const ca = loaded.config.certificates.certFile === undefined ? authorityCertificate(loaded.stateDirectory) : undefined;
  if (!invocation.options.json) for (const line of result.certificates) invocation.note(line);
  const { operations } = result.plan;
  invocation.result(
    {
      schema: 'haplat.up/1',
      project: loaded.config.project,
      changed: operations.length > 0 || result.certificates.length > 0,
      operations: operations.map(({ id, cause }) => ({ id, cause })),
      certificates: result.certificates,
      durationMs,
      endpoints,
    },
    () => describe(result, endpoints, { ca, durationMs, hasSocket: engine.socketPath !== undefined }),
  );
}

interface Circumstances {
  readonly ca: string | undefined;
  readonly durationMs: number;
  /** The Engine has one on this machine, a virtual machine's in between perhaps, which has its ports here as well. */
  readonly hasSocket: boolean;
}

function describe(result: UpResult, endpoints: Endpoints, { ca, durationMs, hasSocket }: Circumstances): string {
  const head =
    result.plan.operations.length === 0
      ? `${result.certificates.length === 0 ? 'Nothing to do: the' : 'The'} platform is as it should be, and healthy.`
      : `The platform is up and healthy: ${result.topology.services.length} containers, ${formatSeconds(durationMs)}.`;
  const rows = [
    ['application', `${endpoints.https}  (from a Linux host also ${endpoints.vip})`],
    ['dashboard', endpoints.traefikDashboard],
    ...(endpoints.netdata === undefined ? [] : [['metrics', endpoints.netdata]]),
    ...(ca === undefined ? [] : [['try it', `curl --cacert ${ca} ${endpoints.https}/items`]]),
  ];
  // By TCP it may be elsewhere, where "localhost" is not this machine.
  const where = hasSocket ? [] : ['On the machine of the Engine:'];
  return [head, ...where, ...rows.map(([name = '', value = '']) => `  ${name.padEnd(12)} ${value}`)].join('\n');
}
