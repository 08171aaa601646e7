import type { DrillEvent } from '../../runtime/drill/drill.ts';
import type { GlobalOptions } from '../invocation.ts';
import { Paint } from './text.ts';

const sparks = '▁▂▃▄▅▆▇█';
const sparkColumns = 56;
/** What else is in its line: the indent, and the counts. */
const countsColumns = 36;
/** The latency at which a column of the sparkline is full. */
const fullMs = 250;
const eraseLine = '\r\x1b[2K';

const words: Readonly<Record<Exclude<DrillEvent['kind'], 'slower' | 'injected' | 'samples' | 'judged'>, string>> = {
  checking: 'checking that all is steady',
  'warming-up': 'probing the platform as it is',
  injecting: 'injecting the fault',
  measuring: 'measuring until everything is back',
  healing: 'healing',
  'looking-up': 'looking up every acknowledged write',
};

/** A drill as it runs, on stderr: a line a step, and on a terminal a sparkline of the slowest answers and the failures. */
export class DrillProgress {
  readonly #quiet: boolean;
  readonly #live: boolean;
  readonly #paint: Paint;
  #columns: string[] = [];
  #counts = { ok: 0, failed: 0 };
  #drawn = false;

  constructor(options: GlobalOptions) {
    this.#quiet = options.quiet;
    this.#live = !options.quiet && process.stderr.isTTY;
    this.#paint = new Paint(options, process.stderr);
  }

  take(event: DrillEvent): void {
    if (this.#quiet) return;
    switch (event.kind) {
      case 'samples':
        this.#spark(event);
        break;
      case 'checking':
        this.#clear();
        this.#say(event.run, words.checking);
        break;
      case 'slower':
        this.#say(event.run, `that is more than this machine answers with ease: probing with ${event.rate} requests a second`);
        break;
      case 'injected':
        this.#say(event.run, `fault in place: ${event.targets.join(', ')}`);
        break;
      case 'judged':
        this.#say(event.run, `${event.result.verdict}${event.result.downtimeMs === null ? '' : `, downtime ${event.result.downtimeMs.toFixed(0)} ms`}`);
        break;
      default:
        this.#say(event.run, words[event.kind]);
    }
  }

  /** Which drill of a suite comes next. */
  title(text: string): void {
    this.#clear();
    if (!this.#quiet) process.stderr.write(`${this.#paint.strong(text)}\n`);
  }

  end(): void {
    if (this.#drawn) process.stderr.write('\n');
    this.#drawn = false;
  }

  /** Each run begins a line of its own. */
  #clear(): void {
    this.end();
    this.#columns = [];
    this.#counts = { ok: 0, failed: 0 };
  }

  #say(run: number, text: string): void {
    if (this.#live && this.#drawn) process.stderr.write(eraseLine);
    process.stderr.write(`[${run}] ${text}\n`);
    if (this.#live && this.#drawn) this.#draw();
  }

  #spark({ ok, failed, worstMs }: { readonly ok: number; readonly failed: number; readonly worstMs: number }): void {
    if (!this.#live || ok + failed === 0) return;
    this.#counts = { ok: this.#counts.ok + ok, failed: this.#counts.failed + failed };
    const height = Math.min(sparks.length - 1, Math.floor((worstMs / fullMs) * sparks.length));
    const spark = sparks.charAt(height);
    this.#columns = [...this.#columns, failed > 0 ? this.#paint.bad('×') : this.#paint.good(spark)].slice(-sparkColumns);
    this.#draw();
  }

  #draw(): void {
    const { ok, failed } = this.#counts;
    const counts = `${ok} answered, ${failed > 0 ? this.#paint.bad(`${failed} failed`) : 'none failed'}`;
    // Of a line that is broken in two only the second would be erased.
    const room = process.stderr.columns - countsColumns;
    process.stderr.write(`${eraseLine}    ${room > 0 ? this.#columns.slice(-room).join('') : ''} ${counts}`);
    this.#drawn = true;
  }
}
