/**
 * What all of them resolve to; rejects with the first that rejected, and only when none of the others is under way: what
 * one of them did after the fault was healed would stay.
 */
export async function allDone<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}
