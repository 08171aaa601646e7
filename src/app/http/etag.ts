import { HttpProblem } from './problem.ts';

/** What If-Match may say: whatever version, or one of the tags that we give out. */
export const IF_MATCH_PATTERN = /^(?:\*|"[0-9]{1,9}")$/;

// Something that is no tag matches nothing; nothing at all is a mistake.
function tagsOf(header: string): string[] {
  if (header.trim() === '') throw new HttpProblem(400, 'A precondition is empty.');
  return header.split(',').map((tag) => tag.trim());
}

/**
 * The version that If-Match asks for; undefined if any will do. Throws a 412 problem for tags that cannot match: weak
 * ones and what is no version of ours.
 */
export function versionFromIfMatch(header: string | undefined): number | undefined {
  if (header === undefined || header.trim() === '*') return undefined;
  // A list is allowed, but no client of a single resource sends one: the first ours counts.
  const version = tagsOf(header)
    .map((tag) => /^"(\d{1,9})"$/.exec(tag)?.[1])
    .find((text) => text !== undefined);
  if (version === undefined) throw preconditionFailed();
  return Number(version);
}

/** Whether If-None-Match covers `etag`, so that 304 is the answer. Compared weakly, as the header asks for. */
export function matchesIfNoneMatch(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return tagsOf(header).some((tag) => tag === '*' || tag.replace(/^W\//, '') === etag);
}

export const preconditionFailed = (): HttpProblem =>
  new HttpProblem(412, 'The item has another version than If-Match asks for.', { kind: 'version-conflict' });
