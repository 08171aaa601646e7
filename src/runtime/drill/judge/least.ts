/** The least of them, and of `start`. Not by spreading: of more than some 125,000 arguments a call makes a RangeError. */
export function leastOf(values: readonly number[], start: number): number {
  return values.reduce((least, value) => Math.min(least, value), start);
}
