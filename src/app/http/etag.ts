import { HttpProblem } from './problem.ts';

/**
 * The version that If-Match asks for; undefined if any will do. Throws 412 for tags that cannot match: weak ones and
 * what is no version of ours.
 */
export function versionFromIfMatch(header: string | undefined): number | undefined {
  if (header === undefined || header.trim() === '*') return undefined;
  const tags = header.split(',').map((tag) => tag.trim());
  // A list is allowed, but no client of a single resource sends one: the first ours counts.
  const version = tags.map((tag) => /^"(\d{1,9})"$/.exec(tag)?.[1]).find((text) => text !== undefined);
  if (version === undefined) throw preconditionFailed();
  return Number(version);
}

/** Whether If-None-Match covers `etag`, so that 304 is the answer. Compared weakly, as the header asks for. */
export function matchesIfNoneMatch(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  if (header.trim() === '*') return true;
  return header.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
}

export const preconditionFailed = (): HttpProblem =>
  new HttpProblem(412, 'The item has another version than If-Match asks for.', { kind: 'version-conflict' });
