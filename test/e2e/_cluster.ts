import type { ExecutionContext } from 'ava';
import { isSameFencing, type FencingEvent } from '../../src/runtime/cluster/state.ts';
import type { StatusReport } from '../../src/runtime/status/report.ts';
import type { Platform } from './_platform.ts';

/** A busy machine's fencing and rejoining; what is asserted is what happens, not how fast. */
export const wholeWithinMs = 120_000;

type Starts = Readonly<Record<string, string | undefined>>;

/** What tests do to a cluster of Pacemaker's that nobody is to be fenced for. */
export function clusterOf(platform: () => Platform) {
  const startedAt = async (services: readonly string[]): Promise<Starts> => {
    const all = services.map(async (name) => [name, (await platform().engine.inspectContainer(platform().container(name)))?.startedAt?.toISOString()] as const);
    return Object.fromEntries(await Promise.all(all));
  };
  /** Whom the cluster has fenced so far. */
  const fencings = async (): Promise<readonly FencingEvent[]> => (await platform().untilHealthy(wholeWithinMs)).cluster?.fencing.history ?? [];
  /**
   * Does it; once more where somebody was fenced: a node that a busy machine keeps waiting for longer than the token's time is
   * fenced rightly. `back` leads to where it began.
   */
  const fencingNobody = async <T>(t: ExecutionContext, act: () => Promise<T>, back: () => Promise<unknown> = () => Promise.resolve()): Promise<T> => {
    for (let left = 2; ; left -= 1) {
      const before = await fencings();
      const result = await act();
      const fenced = since(before, await fencings());
      if (fenced.length === 0 || left === 1) {
        t.deepEqual(fenced, []);
        return result;
      }
      // Said, so that a cluster which fences without a reason does not go unseen.
      process.stderr.write(`${t.title}: once more, as ${fenced.join(' and ')} was fenced\n`);
      await back();
    }
  };
  /** Applies a configuration to the running cluster, which restarts none of these nodes; `from` is the one that it has. */
  const becomes = async (t: ExecutionContext, nodes: readonly string[], yaml: string, from: string): Promise<StatusReport> => {
    const apply = async (to: string): Promise<void> => {
      await platform().configure(to);
      await platform().mustRun('up');
    };
    const act = async () => {
      const before = await startedAt(nodes);
      await apply(yaml);
      return { before, report: await platform().untilHealthy(wholeWithinMs), after: await startedAt(nodes) };
    };
    const back = async (): Promise<void> => {
      await platform().mustRun('down');
      await apply(from);
    };
    const { before, report, after } = await fencingNobody(t, act, back);
    t.deepEqual(after, before);
    return report;
  };
  return { becomes, fencingNobody, startedAt };
}

/** Who is new: nodes that all are replaced within seconds do not hand the whole history on, and differ by milliseconds. */
function since(before: readonly FencingEvent[], now: readonly FencingEvent[]): readonly string[] {
  return now.filter((event) => !before.some((earlier) => isSameFencing(earlier, event))).map(({ target }) => target);
}

/** The warnings of what is so on purpose: of what was healed, status tells for a day. */
export function standing({ warnings }: StatusReport): readonly string[] {
  return warnings.filter((one) => !/^\S+: .* at \d{4}-/.test(one));
}
