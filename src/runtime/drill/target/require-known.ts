import { ConfigError } from '../../errors.ts';
import type { Fault } from '../fault/fault.ts';
import { servicesToBe, type ExpectedService } from '../watch/platform-view.ts';
import { isRole, resolveTargets } from './resolve.ts';

/** Throws ConfigError for a target, or a `from`, that this platform will never have, whatever its state is just now. */
export function requireKnown(fault: Fault, expected: readonly ExpectedService[]): void {
  const services = servicesToBe(expected);
  resolveTargets(fault.targets.filter((target) => !isRole(target)), services, { holders: [] }, () => 0);
  const components = new Set([...services.values()].map(({ component }) => component));
  const unknown = fault.kind === 'partition' ? fault.from.find((name) => !services.has(name) && !components.has(name)) : undefined;
  if (unknown === undefined) return;
  throw new ConfigError(`there is no ${unknown} to be cut off from`, { remedy: `use one of ${[...services.keys()].toSorted().join(', ')}, or a component` });
}
