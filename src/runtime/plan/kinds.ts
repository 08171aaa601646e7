import type { Operation } from './operation.ts';

type Kind = Operation['kind'];
type Group =
  /** What users do not notice, and what is the likeliest to fail: an image that can't be had. */
  | 'beforehand'
  /** What containers need that are made. */
  | 'provides'
  | 'takes away'
  | 'brings back'
  /** Asks whether something is so, and changes nothing. */
  | 'waits'
  | 'other';

/** A kind that is new does not compile before it is said what it does to those who are served. */
const groups = {
  'ensure-image': 'beforehand',
  'check-data': 'beforehand',
  'ready-data': 'beforehand',
  'create-network': 'provides',
  'remove-network': 'provides',
  'create-volume': 'provides',
  'write-secrets': 'provides',
  'stop-container': 'takes away',
  'remove-container': 'takes away',
  'write-files': 'brings back',
  'create-container': 'brings back',
  'connect-network': 'brings back',
  'start-container': 'brings back',
  'await-healthy': 'waits',
  'await-candidate': 'waits',
  'await-route': 'waits',
  'await-member': 'waits',
  'unpause-container': 'other',
  'remove-volume': 'other',
  'reload-members': 'other',
  'apply-cib': 'other',
} as const satisfies Record<Kind, Group>;

export function isIn(group: Group, { kind }: Pick<Operation, 'kind'>): boolean {
  return groups[kind] === group;
}
