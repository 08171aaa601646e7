/** Nesting beyond this is refused: no client needs it, and each level costs stack on the way to the database. */
export const DATA_MAX_DEPTH = 32;

/** Whether PostgreSQL can store `text` unchanged: no NUL, no half of a surrogate pair. */
export const isStorableText = (text: string): boolean => !text.includes('\0') && text.isWellFormed();

/** Whether PostgreSQL's jsonb can store `value` (parsed JSON): storable strings and keys, bounded depth. */
export function isStorableJson(value: unknown, depth = 0): boolean {
  if (typeof value === 'string') return isStorableText(value);
  // JSON.parse makes Infinity of 1e999, which would come back as null.
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || value === null) return true;
  if (depth >= DATA_MAX_DEPTH) return false;
  if (Array.isArray(value)) return value.every((element) => isStorableJson(element, depth + 1));
  return Object.entries(value).every(([key, element]) => isStorableText(key) && isStorableJson(element, depth + 1));
}
