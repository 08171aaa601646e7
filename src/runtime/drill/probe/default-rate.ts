/**
 * Requests a second in each mode, where nobody says: a resolution of 5 ms. One request in each takes a slow
 * processor 14 ms from client to database (measured): two of those would have nothing left to recover with, and have half
 * the requests.
 */
export function defaultRate(cpus: number): number {
  return cpus >= 4 ? 200 : 100;
}

/** A rate that nobody asked for is lowered to this at the least: a resolution of 40 ms. */
export const leastDefaultRate = 25;

/** The next lower rate for a platform that this one swamps. */
export function lowerRate(rate: number): number {
  return Math.max(leastDefaultRate, rate / 2);
}
