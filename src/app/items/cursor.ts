const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
// 16 bytes in base64url without padding.
const CURSOR = /^[A-Za-z0-9_-]{22}$/;

/** The cursor after the item with this id: opaque to clients, its 16 bytes in base64url. */
export const encodeCursor = (id: string): string => Buffer.from(id.replaceAll('-', ''), 'hex').toString('base64url');

/** The id that a cursor stands for; undefined if it is none of ours. */
export function decodeCursor(cursor: string): string | undefined {
  if (!CURSOR.test(cursor)) return undefined;
  const hex = Buffer.from(cursor, 'base64url').toString('hex');
  const id = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  // The last character carries 4 spare bits: only one spelling of each id counts.
  return UUID.test(id) && encodeCursor(id) === cursor ? id : undefined;
}
