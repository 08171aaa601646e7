import type { LedgerEntry } from './history.ts';

export interface LedgerVerdict {
  /** Writes answered with 201 or 202: items and jobs. */
  readonly acknowledged: number;
  /** Acknowledged, and not there (an item) or never done (a job). */
  readonly lost: number;
  /** There more than once, or a job whose effect was applied more than once. */
  readonly duplicated: number;
  /** There, but not as written. */
  readonly altered: number;
  /** Not acknowledged, and not refused for certain either. */
  readonly unknown: number;
  /** Acknowledged, but what became of it could not be found out; a job that was not at its end yet is not lost. */
  readonly unverified: number;
  /** The keys of what was lost, duplicated or altered. */
  readonly anomalies: readonly { readonly key: string; readonly what: string }[];
}

/** Compares what was acknowledged with what is there. Pure: a recorded history gives the same verdict again. */
export function checkLedger(entries: readonly LedgerEntry[]): LedgerVerdict {
  const findings = entries.flatMap((entry) => [...checkItem(entry), ...checkJob(entry)].map((what) => ({ key: entry.key, what })));
  const count = (what: Finding) => findings.filter((finding) => finding.what === what).length;
  const outcomes = entries.flatMap(({ create, process }) => [create, process]);
  return {
    acknowledged: outcomes.filter((outcome) => outcome === 'acknowledged').length,
    lost: count('item lost') + count('job lost') + count('job not done'),
    duplicated: count('item duplicated') + count('effect applied twice'),
    altered: count('item altered'),
    unknown: outcomes.filter((outcome) => outcome === 'unknown').length,
    unverified: count('item unverified') + count('job unverified'),
    anomalies: findings.filter(({ what }) => !what.endsWith('unverified')),
  };
}

type Finding =
  | 'item lost' | 'item duplicated' | 'item altered' | 'item unverified'
  | 'job lost' | 'job not done' | 'effect applied twice' | 'job unverified';

function checkItem({ create, found, itemId, name }: LedgerEntry): Finding[] {
  if (found === undefined) return create === 'acknowledged' ? ['item unverified'] : [];
  const findings: Finding[] = [];
  if (found.length > 1) findings.push('item duplicated');
  if (create !== 'acknowledged') return findings;
  const own = found.find((item) => item.id === itemId);
  if (found.length === 0) findings.push('item lost');
  else if (own?.name !== name) findings.push('item altered');
  return findings;
}

function checkJob({ process, found, itemId, job }: LedgerEntry): Finding[] {
  const effects = found?.find((item) => item.id === itemId)?.processedCount;
  // Asked once: a second effect is one too many, acknowledged or not.
  if (effects !== undefined && effects > 1) return ['effect applied twice'];
  if (process !== 'acknowledged') return [];
  if (job === 'missing') return ['job lost'];
  if (effects === undefined) return ['job unverified'];
  switch (job) {
    case 'done':
      return effects === 1 ? [] : ['job not done'];
    case 'failed':
      return ['job not done'];
    default:
      return ['job unverified'];
  }
}
