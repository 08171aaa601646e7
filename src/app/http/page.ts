import type { Reply } from './operation.ts';

/** A page of a list as JSON text, with the cursor to those that follow, if any do. */
export interface Page {
  readonly json: string;
  readonly nextCursor: string | undefined;
}

/** `name`: of the list; `entries`: what is in it, as JSON texts with commas between. */
export function pageOf(name: string, entries: string, nextCursor: string | undefined): Page {
  const next = nextCursor === undefined ? 'null' : `"${nextCursor}"`;
  return { json: `{"${name}":[${entries}],"nextCursor":${next}}`, nextCursor };
}

/** The page as an answer, with a link to the next. `path`: of this one, with its query but for the cursor. */
export const pageReply = ({ json, nextCursor }: Page, path: string): Reply =>
  nextCursor === undefined ? { status: 200, json } : { status: 200, json, headers: { link: `<${path}&cursor=${nextCursor}>; rel="next"` } };
