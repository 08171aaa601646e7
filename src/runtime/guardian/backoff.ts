const firstDelayMs = 1000;
const longestDelayMs = 60_000;
const firstRetryMs = 100;
const longestRetryMs = 2000;
/** After this many refusals in a row it is a failure like any other. */
export const patience = 12;

/** How long after repair number `attempt` (from 1) the next one may come: 1 s, 2 s, 4 s … 60 s, give or take a tenth. */
export function backoffMs(attempt: number, service: string): number {
  const plain = Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(attempt - 1, 16));
  return Math.min(longestDelayMs, Math.round(plain * (0.9 + 0.2 * spread(`${service}/${attempt}`))));
}

/** How soon to try again after refusal number `refusal` (from 1): 100 ms, 200 ms, … 2 s. */
export function retryMs(refusal: number): number {
  return Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(refusal - 1, 16));
}

/** A number in [0, 1) that differs from service to service, without a random source (FNV-1a). */
function spread(text: string): number {
  let hash = 0x811c9dc5;
  for (const char of text) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return hash / 2 ** 32;
}
