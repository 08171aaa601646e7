/**
 * Requests a second in each mode, where nobody says: a resolution of 5 ms. One request in each takes a slow
 * processor 14 ms from client to database (measured): two of those would have nothing left to recover with, and have half
 * the requests.
 */
export function defaultRate(cpus: number): number {
  return cpus >= 4 ? 200 : 100;
}
