import { HttpProblem } from './problem.ts';

/** Tags are compared as they are (RFC 9110, 8.8.3): "04" is none of ours, whatever number it is. */
const tagPattern = '"(0|[1-9][0-9]{0,8})"';
const ownTag = new RegExp(`^${tagPattern}$`);

/** What If-Match may say: whatever version, or one of the tags that we give out. */
export const IF_MATCH_PATTERN = new RegExp(`^(?:\\*|${tagPattern})$`);

// Something that is no tag matches nothing; nothing at all is a mistake.
function tagsOf(header: string): string[] {
  if (header.trim() === '') throw new HttpProblem(400, 'A precondition is empty.');
  return header.split(',').map((tag) => tag.trim());
}

const versionsOf = (tags: readonly string[]): number[] => tags.flatMap((tag) => ownTag.exec(tag)?.[1] ?? []).map(Number);

/** Which versions a change may be made to; null: whichever it has. */
export interface Precondition {
  readonly versions: readonly number[] | null;
  readonly otherThan: readonly number[] | null;
}

/**
 * What If-Match and If-None-Match ask of an item that is to be changed (RFC 9110, 13.1.1 and 13.1.2). Throws a 412 problem
 * for tags that cannot match: weak ones and what is no version of ours.
 */
export function preconditionOf(headers: { readonly 'if-match'?: string | undefined; readonly 'if-none-match'?: string | undefined }): Precondition {
  const noneMatch = headers['if-none-match'];
  return {
    versions: versionsFromIfMatch(headers['if-match']),
    // Compared weakly, as that header asks for.
    otherThan: noneMatch === undefined ? null : versionsOf(tagsOf(noneMatch).map((tag) => tag.replace(/^W\//, ''))),
  };
}

function versionsFromIfMatch(header: string | undefined): number[] | null {
  if (header === undefined || header.trim() === '*') return null;
  const versions = versionsOf(tagsOf(header));
  if (versions.length === 0) throw preconditionFailed();
  return versions;
}

/** Whether the change is only meant for what is not there. */
export const isOnlyIfAbsent = (ifNoneMatch: string | undefined): boolean => ifNoneMatch?.trim() === '*';

/** Whether If-None-Match covers `etag`, so that 304 is the answer. Compared weakly, as the header asks for. */
export function matchesIfNoneMatch(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return tagsOf(header).some((tag) => tag === '*' || tag.replace(/^W\//, '') === etag);
}

export const preconditionFailed = (): HttpProblem =>
  new HttpProblem(412, 'The item does not have a version that If-Match or If-None-Match asks for.', { kind: 'version-conflict' });
