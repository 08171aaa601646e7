/** 16 bytes in base64url: 22 characters, of which the last carries two bits. So each id has one spelling. */
export const CURSOR_PATTERN = /^[A-Za-z0-9_-]{21}[AQgw]$/;

/** The cursor after what has this id: opaque to clients, its 16 bytes in base64url. */
export const encodeCursor = (id: string): string => Buffer.from(id.replaceAll('-', ''), 'hex').toString('base64url');

/** The id that a cursor stands for; undefined if it is none of ours. */
export function decodeCursor(cursor: string): string | undefined {
  if (!CURSOR_PATTERN.test(cursor)) return undefined;
  const hex = Buffer.from(cursor, 'base64url').toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Below the id of whatever there is. */
const FIRST_ID = '00000000-0000-0000-0000-000000000000';

/** The id after which a page begins: the one that the cursor stands for, or, without one, below all. */
export const startOf = (cursor = ''): string => decodeCursor(cursor) ?? FIRST_ID;
