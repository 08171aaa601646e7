import { InvalidArgumentError } from 'commander';

const unitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** `250ms`, `1s`, `1.5s`, `2m`, `1h` → milliseconds. A bare number would leave its unit to guesses: refused. */
export function parseDurationMs(text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text.trim()) ?? [];
  const factor = unitsMs[unit ?? ''];
  if (number === undefined || factor === undefined) throw new InvalidArgumentError('use a duration such as 250ms, 1s or 2m.');
  return Math.round(Number(number) * factor);
}

/** A whole number, zero or more. */
export function parseCount(text: string): number {
  if (!/^\d{1,9}$/.test(text.trim())) throw new InvalidArgumentError('use a whole number.');
  return Number(text);
}

const largestLimit = 10_000;

/** How many to show at most. */
export function parseLimit(text: string): number {
  const limit = parseCount(text);
  if (limit < 1 || limit > largestLimit) throw new InvalidArgumentError(`use a whole number from 1 to ${largestLimit}.`);
  return limit;
}

/** `A, B` → both; at least one. */
export function parseList(text: string): string[] {
  const parts = text.split(',').map((part) => part.trim()).filter((part) => part !== '');
  if (parts.length === 0) throw new InvalidArgumentError('use one or more, separated by commas.');
  return parts;
}
