/**
 * Wall-clock milliseconds that never jump: the wall clock when the process began, and a monotonic clock since. What is
 * waited for by the wall clock itself comes hours late when that is put right (a machine whose clock ran ahead at boot).
 */
export function steadyNowMs(): number {
  return performance.timeOrigin + performance.now();
}

/** A time that somebody else took from the wall clock, on the steady one; exact as long as the clock has not been put right since. */
export function fromWallMs(wallMs: number): number {
  return steadyNowMs() - (Date.now() - wallMs);
}
