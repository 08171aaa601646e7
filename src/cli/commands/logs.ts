import type { Engine, LogLine } from '../../runtime/engine/port.ts';
import { labels } from '../../runtime/engine/labels.ts';
import { ConfigError } from '../../runtime/errors.ts';
import type { Invocation } from '../invocation.ts';

interface Source {
  readonly service: string;
  readonly container: string;
}

export async function runLogs(
  invocation: Invocation,
  options: { readonly follow: boolean; readonly tail: number },
  names: readonly string[],
): Promise<void> {
  const loaded = await invocation.loadConfig();
  const engine = await invocation.connect(loaded);
  const sources = choose(await findSources(engine, loaded.config.project), names);
  const width = Math.max(...sources.map((source) => source.service.length));
  const show = (source: Source, line: LogLine) => { invocation.print(`${source.service.padEnd(width)} | ${line.text}`); };
  if (options.follow) {
    await Promise.all(
      sources.map(async (source) => {
        const lines = engine.logs(source.container, { tail: options.tail, follow: true, signal: invocation.signal });
        for await (const line of lines) show(source, line);
      }),
    );
    return;
  }
  const all = await Promise.all(sources.map((source) => collect(engine, source, options.tail)));
  // Each container's lines are in order already; the Engine's time stamps interleave them.
  for (const { source, line } of all.flat().sort((a, b) => a.line.at.getTime() - b.line.at.getTime())) show(source, line);
}

async function collect(engine: Engine, source: Source, tail: number) {
  const lines: { source: Source; line: LogLine }[] = [];
  for await (const line of engine.logs(source.container, { tail })) lines.push({ source, line });
  return lines;
}

async function findSources(engine: Engine, project: string): Promise<Source[]> {
  const containers = await engine.listContainers({ project });
  return containers
    .map((one) => ({ service: one.labels[labels.service] ?? one.name, container: one.name }))
    .sort((a, b) => (a.service < b.service ? -1 : 1));
}

function choose(sources: readonly Source[], names: readonly string[]): readonly Source[] {
  const known = sources.map((source) => source.service);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined || sources.length === 0) {
    throw new ConfigError(unknown === undefined ? 'there are no containers of this project' : `there is no container ${unknown}`, {
      remedy: sources.length === 0 ? 'run "haplat up" first' : `there are: ${known.join(', ')}`,
    });
  }
  return names.length === 0 ? sources : sources.filter((source) => names.includes(source.service));
}
