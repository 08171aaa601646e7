import { InvalidArgumentError } from 'commander';
import type { LoadOptions } from '../../runtime/config/load-config.ts';
import { scalable } from '../../runtime/config/schema/scalable.ts';

export type Replicas = NonNullable<LoadOptions['replicas']>;

/** `app=5,worker=3` → how many of each. How many there may be is for the configuration's own check. */
export function parseScale(text: string): Replicas {
  const counts = text.split(',').map((pair): [string, number] => {
    const [, component = '', count] = /^\s*(\w+)=(\d{1,6})\s*$/.exec(pair) ?? [];
    if (!scalable.some((one) => one === component)) throw new InvalidArgumentError(`use counts such as app=5,worker=3 (there are ${scalable.join(' and ')}).`);
    return [component, Number(count)];
  });
  const names = counts.map(([component]) => component);
  if (new Set(names).size < names.length) throw new InvalidArgumentError('use each component once.');
  return Object.fromEntries(counts);
}

/** `app,worker_1` → both. */
export function parseNames(text: string): string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.includes('')) throw new InvalidArgumentError('use names with commas between.');
  return names;
}
