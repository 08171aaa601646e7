import type { History } from '../judge/history.ts';

/** A run's samples gathered into slots of equal length, for drawing. Times are from the fault. */
export interface Timeline {
  readonly fromMs: number;
  readonly slotMs: number;
  readonly slots: readonly Slot[];
  readonly holders: readonly Band[];
  readonly longestMs: number;
}

export interface Slot {
  readonly ok: number;
  readonly failed: number;
  /** The slowest success; 0 without one. */
  readonly worstMs: number;
}

/** A node had the virtual address from … to. */
export interface Band {
  readonly node: string;
  readonly fromMs: number;
  readonly toMs: number;
}

export function timelineOf(history: History, slotCount: number): Timeline {
  const { samples, injectedAtMs, endedAtMs } = history;
  const startMs = Math.min(injectedAtMs, ...samples.map((sample) => sample.dueMs));
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
