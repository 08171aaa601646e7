/** Wall-clock milliseconds that never jump: the wall clock when the process began, and a monotonic clock since. */
export function nowMs(): number {
  return performance.timeOrigin + performance.now();
}

/** To a hundredth of a millisecond: more is noise, and the lines are many. */
export function rounded(ms: number): number {
  return Math.round(ms * 100) / 100;
}
