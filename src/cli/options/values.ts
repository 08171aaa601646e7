import { InvalidArgumentError } from 'commander';

const unitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** `250ms`, `1s`, `1.5s`, `2m`, `1h` → milliseconds. A bare number would leave its unit to guesses: refused. */
export function parseDurationMs(text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text.trim()) ?? [];
  const factor = unitsMs[unit ?? ''];
  if (number === undefined || factor === undefined) throw new InvalidArgumentError('use a duration such as 250ms, 1s or 2m.');
  return Math.round(Number(number) * factor);
}

/** The same, within limits that are given as one would write them. */
export function durationBetween(least: string, most: string): (text: string) => number {
  const [leastMs, mostMs] = [parseDurationMs(least), parseDurationMs(most)];
  return (text) => {
    const durationMs = parseDurationMs(text);
    if (durationMs < leastMs || durationMs > mostMs) throw new InvalidArgumentError(`use a duration from ${least} to ${most}.`);
    return durationMs;
  };
}

/** A whole number, zero or more. */
export function parseCount(text: string): number {
  if (!/^\d{1,9}$/.test(text.trim())) throw new InvalidArgumentError('use a whole number.');
  return Number(text);
}

export function countBetween(least: number, most: number): (text: string) => number {
  return (text) => {
    const count = parseCount(text);
    if (count < least || count > most) throw new InvalidArgumentError(`use a whole number from ${least} to ${most}.`);
    return count;
  };
}

export const within = ({ least, most }: { readonly least: number; readonly most: number }) => countBetween(least, most);

/** Those that haplat draws by itself, and prints, are from here too. */
export const seeds = 2 ** 31;

/** A whole number below `seeds`. */
export function parseSeed(text: string): number {
  const seed = /^\d{1,10}$/.test(text.trim()) ? Number(text) : seeds;
  if (seed >= seeds) throw new InvalidArgumentError(`use a whole number below ${seeds}.`);
  return seed;
}

/** How many to show at most. */
export const parseLimit = countBetween(1, 10_000);

/** What an empty variable in a script leaves of a flag: to take it for "none given" would mean another project, or no report. */
export function parseText(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('it is empty.');
  return text;
}

/** `A, B` → both; at least one. */
export function parseList(text: string): string[] {
  const parts = text.split(',').map((part) => part.trim()).filter((part) => part !== '');
  if (parts.length === 0) throw new InvalidArgumentError('use one or more, separated by commas.');
  return parts;
}
