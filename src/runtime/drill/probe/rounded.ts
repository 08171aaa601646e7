/** To a hundredth of a millisecond: more is noise, and the lines are many. */
export function rounded(ms: number): number {
  return Math.round(ms * 100) / 100;
}
