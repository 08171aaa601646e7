/** Nesting beyond this is refused: no client needs it, and each level costs stack on the way to the database. */
export const DATA_MAX_DEPTH = 32;

/** Whether the parsed JSON `value` comes back as it was parsed: bounded depth, and no number beyond a double's range. */
export function isStorableJson(value: unknown, depth = 0): boolean {
  // JSON.parse makes Infinity of 1e999, which would come back as null.
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || value === null) return true;
  if (depth >= DATA_MAX_DEPTH) return false;
  return Object.values(value).every((element) => isStorableJson(element, depth + 1));
}
