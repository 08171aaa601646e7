import { componentOf, subjectOf } from '../../runtime/engine/identity.ts';
import type { Engine, LogLine } from '../../runtime/engine/port.ts';
import { ConfigError } from '../../runtime/errors.ts';
import { followLogs, type LogSource } from '../../runtime/platform/follow-logs.ts';
import type { Invocation } from '../invocation.ts';

export async function runLogs(
  invocation: Invocation,
  options: { readonly follow: boolean; readonly tail: number },
  names: readonly string[],
): Promise<void> {
  const { json } = invocation.options;
  if (json && options.follow) {
    throw new ConfigError('--json gives one document, and --follow never ends', { remedy: 'leave one of the two out' });
  }
  const loaded = await invocation.loadConfig();
  const engine = await invocation.connect(loaded, { toRead: !options.follow });
  const sources = chooseSources(await findSources(engine, loaded.config.project), names);
  const width = Math.max(...sources.map((source) => source.service.length));
  const show = (source: LogSource, line: LogLine) => { invocation.print(`${source.service.padEnd(width)} | ${line.text}`); };
  if (options.follow) {
    const isWanted = (source: LogSource) => names.length === 0 || names.some((name) => isCalled(source, name));
    const { signal } = invocation;
    await followLogs({ engine, project: loaded.config.project, sources, isWanted, tail: options.tail, signal, onLine: show });
    return;
  }
  const all = await Promise.all(sources.map((source) => collect(engine, source, options.tail)));
  // Each container's lines are in order already; the Engine's time stamps interleave them.
  const lines = all.flat().sort((a, b) => a.line.at.getTime() - b.line.at.getTime());
  if (json) {
    const rows = lines.map(({ source, line }) => ({ name: source.service, at: line.at.toISOString(), text: line.text }));
    invocation.printJson({ schema: 'haplat.logs/1', project: loaded.config.project, lines: rows });
    return;
  }
  for (const { source, line } of lines) show(source, line);
}

async function collect(engine: Engine, source: LogSource, tail: number) {
  const lines: { source: LogSource; line: LogLine }[] = [];
  for await (const line of engine.logs(source.container, { tail })) lines.push({ source, line });
  return lines;
}

async function findSources(engine: Engine, project: string): Promise<LogSource[]> {
  const containers = await engine.listContainers({ project });
  return containers
    .map((one) => ({
      service: subjectOf(one),
      component: componentOf(one),
      container: one.name,
    }))
    .sort((a, b) => (a.service < b.service ? -1 : 1));
}

/** Those that are named, a component standing for all of its containers; all without a name. Throws ConfigError for an unknown one. */
export function chooseSources(sources: readonly LogSource[], names: readonly string[]): readonly LogSource[] {
  if (sources.length === 0) throw new ConfigError('there are no containers of this project', { remedy: 'run "haplat up" first' });
  const unknown = names.find((name) => !sources.some((source) => isCalled(source, name)));
  if (unknown !== undefined) {
    const known = sources.map((source) => source.service).join(', ');
    throw new ConfigError(`there is no container ${unknown}`, { remedy: `there are: ${known}` });
  }
  return names.length === 0 ? sources : sources.filter((source) => names.some((name) => isCalled(source, name)));
}

function isCalled({ service, component }: LogSource, name: string): boolean {
  return service === name || component === name;
}
