import type { History } from '../judge/history.ts';
import type { Phases } from '../judge/phases.ts';
import { toTenth } from '../judge/tenth.ts';
import { phaseSteps } from './phase-steps.ts';
import { timelineOf } from './timeline.ts';
import type { Timeline } from './timeline.ts';
import { escaped } from '../../render/xml.ts';

const width = 1000;
const left = 90;
const right = 10;
const plot = { top: 52, height: 118 };
const failures = { top: 178, height: 30 };
const bands = { top: 222, height: 14, gap: 4 };
/** Slots are as many as can be told apart, and wide enough for a request or two of each kind. */
const mostSlots = 300;
const requestsASlot = 2;

/** A run as a picture: latency, failures, phases, and who had the virtual address. */
export function drawTimeline(history: History, phases: Phases, label = 'timeline of the run'): string {
  const timeline = timelineOf(history, slotCountOf(history));
  const nodes = [...new Set(timeline.holders.map((band) => band.node))].toSorted();
  const height = bands.top + nodes.length * (bands.height + bands.gap) + 24;
  const x = scale(timeline);
  return [
    `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}">`,
    axes(timeline, x, height),
    latencyLine(timeline, x),
    failureBars(timeline, x),
    ...nodes.map((node, index) => nodeBand(timeline, node, index, x)),
    phaseLines(phases, x, height, timeline.fromMs + timeline.slotMs * timeline.slots.length),
    '</svg>',
  ].join('');
}

function slotCountOf({ samples, injectedAtMs, endedAtMs, intervalMs }: History): number {
  const fromMs = samples.reduce((first, sample) => Math.min(first, sample.dueMs), injectedAtMs);
  return Math.max(1, Math.min(mostSlots, Math.floor((endedAtMs - fromMs) / (intervalMs * requestsASlot))));
}

type Scale = (ms: number) => number;

function scale({ fromMs, slotMs, slots }: Timeline): Scale {
  const span = slotMs * slots.length;
  return (ms) => toTenth(left + ((ms - fromMs) / span) * (width - left - right));
}

function axes(timeline: Timeline, x: Scale, height: number): string {
  const bottom = plot.top + plot.height;
  const toMs = timeline.fromMs + timeline.slotMs * timeline.slots.length;
  const step = tickStep(toMs - timeline.fromMs);
  const ticks: string[] = [];
  for (let at = Math.ceil(timeline.fromMs / step) * step; at <= toMs; at += step) {
    ticks.push(`<text x="${x(at)}" y="${height - 6}" text-anchor="middle">${Number((at / 1000).toFixed(2))} s</text>`);
  }
  return [
    `<line class="axis" x1="${left}" y1="${bottom}" x2="${width - right}" y2="${bottom}"/>`,
    `<text x="${left - 8}" y="${plot.top + 8}" text-anchor="end">${Math.ceil(timeline.longestMs)} ms</text>`,
    `<text x="${left - 8}" y="${bottom}" text-anchor="end">0 ms</text>`,
    `<text x="${left - 8}" y="${failures.top + failures.height - 8}" text-anchor="end">failed</text>`,
    ...ticks,
  ].join('');
}

function tickStep(spanMs: number): number {
  const steps = [100, 200, 500, 1000, 2000, 5000, 10_000, 30_000, 60_000, 300_000];
  return steps.find((step) => spanMs / step <= 10) ?? 600_000;
}

function latencyLine({ slots, fromMs, slotMs, longestMs }: Timeline, x: Scale): string {
  let pen = 'M';
  const points = slots.flatMap(({ ok, worstMs }, index) => {
    // Where nothing succeeded the line is broken, not drawn through.
    if (ok === 0) {
      pen = 'M';
      return [];
    }
    const y = plot.top + plot.height * (1 - worstMs / (longestMs || 1));
    const point = `${pen}${x(fromMs + (index + 0.5) * slotMs)} ${toTenth(y)}`;
    pen = 'L';
    return [point];
  });
  return `<path class="latency" d="${points.join('')}"/>`;
}

function failureBars({ slots, fromMs, slotMs }: Timeline, x: Scale): string {
  const most = Math.max(1, ...slots.map((slot) => slot.failed));
  const barWidth = toTenth(Math.max(1, (width - left - right) / slots.length));
  return slots
    .map(({ failed }, index) => {
      if (failed === 0) return '';
      const barHeight = toTenth(Math.max(3, (failed / most) * failures.height));
      return `<rect class="failed" x="${x(fromMs + index * slotMs)}" y="${toTenth(failures.top + failures.height - barHeight)}" width="${barWidth}" height="${barHeight}"/>`;
    })
    .join('');
}

function nodeBand({ holders }: Timeline, node: string, index: number, x: Scale): string {
  const y = bands.top + index * (bands.height + bands.gap);
  const rects = holders
    .filter((band) => band.node === node)
    .map(({ fromMs, toMs }) => `<rect class="node-${index % 3}" x="${x(fromMs)}" y="${y}" width="${toTenth(Math.max(1, x(toMs) - x(fromMs)))}" height="${bands.height}"/>`);
  return `<text x="${left - 8}" y="${y + 11}" text-anchor="end">${escaped(node)}</text>${rects.join('')}`;
}

function phaseLines(phases: Phases, x: Scale, height: number, toMs: number): string {
  return [{ short: 'fault', atMs: 0 }, ...phaseSteps(phases)]
    .map(({ short, atMs: at }, index) => {
      if (at === null || at > toMs) return '';
      // Names that would stand on each other are staggered.
      const y = 10 + (index % 4) * 11;
      return `<line class="phase" x1="${x(at)}" y1="${y + 2}" x2="${x(at)}" y2="${height - 22}"/><text class="name" x="${x(at) + 3}" y="${y}">${short}</text>`;
    })
    .join('');
}
