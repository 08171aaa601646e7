import { regressionsOf, type SuiteOutcome } from '../../runtime/drill/suite/outcome.ts';

/** A line for people about each. */
export function describeRegressions(outcome: SuiteOutcome): string[] {
  return outcome.drills.flatMap(({ name }) => regressionsOf(name, outcome).map((one) => `SLOWER  ${name}: ${one}`));
}
