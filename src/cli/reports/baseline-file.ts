import type { NamedResult, SuiteOutcome } from '../../runtime/drill/suite/outcome.ts';
import { baselineSchema, regressions, toBaseline, uncompared, type Baseline } from '../../runtime/drill/suite/baseline.ts';
import { ConfigError } from '../../runtime/errors.ts';
import { readIfThere } from '../../runtime/files/read-if-there.ts';
import { replaceFile } from '../../runtime/files/replace-file.ts';
import type { Invocation } from '../invocation.ts';
import type { Comparison } from './exit-code-of-verdict.ts';

type Tell = Pick<Invocation, 'note' | 'warn'>;

/** The baseline that `--baseline` names: what is measured is compared with it, or becomes it where there is none yet. */
export class BaselineFile {
  readonly #file: string;
  readonly #baseline: Baseline | undefined;

  private constructor(file: string, baseline: Baseline | undefined) {
    this.#file = file;
    this.#baseline = baseline;
  }

  /** Rejects with ConfigError when the file is there and is no baseline. */
  static async read(file: string): Promise<BaselineFile> {
    const text = await readIfThere(file);
    return new BaselineFile(file, text === undefined ? undefined : parseBaseline(file, text));
  }

  /** Undefined where there is no baseline to compare with. `tolerance`: 0.2 means that a fifth slower is no regression. */
  compare(drills: readonly NamedResult[], tolerance: number, { warn }: Tell): Comparison | undefined {
    if (this.#baseline === undefined) return undefined;
    const now = toBaseline(drills);
    const alone = uncompared(this.#baseline, now);
    if (alone.length > 0) warn(`not compared with the baseline, for one of the two has nothing measured: ${alone.join(', ')}`);
    return { regressions: regressions(this.#baseline, now, tolerance), isUncompared: alone.length === drills.length };
  }

  /** Makes this one the baseline when there is none. An outage, or nothing at all, must not become the norm. */
  async keep({ drills, notRun }: SuiteOutcome, { note, warn }: Tell): Promise<void> {
    if (this.#baseline !== undefined) return;
    if (notRun.length > 0 || drills.some(({ result }) => result.verdict !== 'pass')) {
      warn(`${this.#file}: not written, because not every drill passed`);
      return;
    }
    await replaceFile(this.#file, `${JSON.stringify(toBaseline(drills), undefined, 2)}\n`);
    note(`${this.#file}: written; later runs are compared with it`);
  }
}

function parseBaseline(file: string, text: string): Baseline {
  try {
    return baselineSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new ConfigError(`--baseline ${file}: is no baseline`, { cause: error, remedy: 'name another, or remove it to have it written anew' });
  }
}
