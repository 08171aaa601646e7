import type { History } from '../judge/history.ts';
import { leastOf } from '../judge/least.ts';
import type { Phases } from '../judge/phases.ts';

/** A run's samples gathered into slots of equal length, for drawing. Times are from the fault. */
export interface Timeline {
  readonly fromMs: number;
  readonly slotMs: number;
  readonly slots: readonly Slot[];
  readonly holders: readonly Band[];
  readonly longestMs: number;
}

interface Slot {
  readonly ok: number;
  readonly failed: number;
  /** The slowest success; 0 without one. */
  readonly worstMs: number;
}

/** A node had the virtual address from … to. */
interface Band {
  readonly node: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Gathers a run into so many slots, from its first request, or the fault where that came first, to its end. */
export function timelineOf(history: History, slotCount: number): Timeline {
  const { samples, injectedAtMs, endedAtMs } = history;
  const startMs = leastOf(samples.map((sample) => sample.dueMs), injectedAtMs);
  const slotMs = Math.max(1, (endedAtMs - startMs) / slotCount);
  const slots = Array.from({ length: slotCount }, () => ({ ok: 0, failed: 0, worstMs: 0 }));
  for (const { dueMs, endMs, ok } of samples) {
    const slot = slots[Math.min(slotCount - 1, Math.floor((dueMs - startMs) / slotMs))];
    if (slot === undefined) continue;
    if (ok) {
      slot.ok += 1;
      slot.worstMs = Math.max(slot.worstMs, endMs - dueMs);
    } else slot.failed += 1;
  }
  return {
    fromMs: startMs - injectedAtMs,
    slotMs,
    slots,
    holders: bandsOf(history, startMs),
    longestMs: Math.max(0, ...slots.map((slot) => slot.worstMs)),
  };
}

/** How much before the fault and after its end a close-up shows, in parts of the outage, and at least. */
const margin = { share: 0.6, leastMs: 150 };

/** What happened around the outage; undefined when the outage is most of the picture anyway, or there was none. */
export function closeUp(history: History, phases: Phases): History | undefined {
  const { injectedAtMs, samples, endedAtMs } = history;
  const times = [phases.detectedMs, phases.vipMovedMs, phases.firstSuccessMs].filter((time) => time !== null);
  const lastMs = Math.max(0, ...times);
  const marginMs = Math.max(margin.leastMs, lastMs * margin.share);
  const [fromMs, toMs] = [injectedAtMs - marginMs, injectedAtMs + lastMs + marginMs];
  if (times.length === 0 || toMs - fromMs > (endedAtMs - injectedAtMs) / 2) return undefined;
  return {
    ...history,
    samples: samples.filter((sample) => sample.dueMs >= fromMs && sample.dueMs <= toMs),
    holders: history.holders.filter((change) => change.atMs <= toMs),
    endedAtMs: toMs,
  };
}

function bandsOf({ holders, injectedAtMs, endedAtMs }: History, startMs: number): Band[] {
  const since = new Map<string, number>();
  const bands: Band[] = [];
  const close = (node: string, atMs: number) => {
    const fromMs = since.get(node);
    since.delete(node);
    if (fromMs === undefined || atMs <= startMs) return;
    bands.push({ node, fromMs: Math.max(startMs, fromMs) - injectedAtMs, toMs: atMs - injectedAtMs });
  };
  for (const { node, atMs, holds } of holders.toSorted((a, b) => a.atMs - b.atMs)) {
    if (!holds) close(node, atMs);
    else if (!since.has(node)) since.set(node, atMs);
  }
  for (const node of since.keys()) close(node, endedAtMs);
  return bands.toSorted((a, b) => a.fromMs - b.fromMs);
}

/** Names below a sparkline of that width, where the fault, its end and the return of redundancy are. */
export function sparklineMarks(history: History, phases: Phases, width: number): string {
  const { fromMs, slotMs } = timelineOf(history, width);
  const marks = [['fault', 0], ['undone', phases.healedMs], ['restored', phases.redundancyRestoredMs]] as const;
  let row = '';
  for (const [name, atMs] of marks) {
    if (atMs === null) continue;
    const column = Math.min(width - 1, Math.floor((atMs - fromMs) / slotMs));
    // One that has no room would stand somewhere else than it was.
    if (column > row.length || row === '') row = `${row.padEnd(column)}↑${name} `;
  }
  return row.trimEnd();
}

const bars = '▁▂▃▄▅▆▇█';

/** A timeline in a row of characters: the height is the slowest success, × a slot with failures, · one without requests. */
export function sparkline(history: History, width: number): string {
  const { slots, longestMs } = timelineOf(history, width);
  return slots
    .map(({ ok, failed, worstMs }) => {
      if (failed > 0) return '×';
      if (ok === 0) return '·';
      return bars[Math.min(bars.length - 1, Math.floor((worstMs / (longestMs || 1)) * bars.length))] ?? '';
    })
    .join('');
}
