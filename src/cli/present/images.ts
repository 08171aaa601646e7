import type { ImageProgress } from '../../runtime/images/ensure-images.ts';
import type { PlatformImage } from '../../runtime/images/list-images.ts';
import type { GlobalOptions } from '../invocation.ts';

const bytesPerMegabyte = 1_000_000;
/** Where lines stay, one now and then is enough. */
const lineEachMs = 5000;
const redrawEachMs = 100;

/** Shows on stderr what becomes of images: a line for each pull and build, and one that counts an archive's bytes. */
export class ImagesProgress {
  readonly #options: Pick<GlobalOptions, 'quiet'>;
  #shownAtMs = performance.now();
  #isDrawn = false;

  constructor(options: Pick<GlobalOptions, 'quiet'>) {
    this.#options = options;
  }

  image({ reference, action, state, line }: ImageProgress): void {
    if (state === 'running') this.#passing(`${reference}: ${line ?? action}`);
    else if (action !== 'present') this.#line(`${state === 'done' ? '✔' : '…'} ${reference}: ${words[action][state]}`);
  }

  bytes(what: string, count: number): void {
    this.#passing(`${what} ${formatMegabytes(count)}`);
  }

  /** What the Engine says of an archive that it takes in. */
  loading(line: string): void {
    if (line.startsWith('Loaded image')) this.#line(`✔ ${line}`);
  }

  end(): void {
    if (this.#isDrawn) process.stderr.write('\r\u001b[K');
    this.#isDrawn = false;
  }

  #line(text: string): void {
    if (this.#options.quiet) return;
    this.end();
    process.stderr.write(`${text}\n`);
  }

  /** On a terminal it is overwritten by the next. */
  #passing(text: string): void {
    const isLive = process.stderr.isTTY;
    if (this.#options.quiet || performance.now() - this.#shownAtMs < (isLive ? redrawEachMs : lineEachMs)) return;
    this.#shownAtMs = performance.now();
    process.stderr.write(isLive ? `\r\u001b[K${text.slice(0, process.stderr.columns - 1)}` : `${text}\n`);
    this.#isDrawn = isLive;
  }
}

const words = {
  present: { started: 'present', done: 'present' },
  pull: { started: 'pulling', done: 'pulled' },
  build: { started: 'building', done: 'built' },
} as const;

/** A row for each image. */
export function formatImages(images: readonly PlatformImage[]): string {
  const rows = images.map(({ reference, origin, sizeBytes, services }) => ({
    reference,
    state: sizeBytes === null ? `missing: "up" ${origin === 'pull' ? 'pulls' : 'builds'} it` : formatMegabytes(sizeBytes),
    services: services.join(', '),
  }));
  const widest = (column: 'reference' | 'state') => Math.max(...rows.map((row) => row[column].length));
  return rows
    .map(({ reference, state, services }) => `${reference.padEnd(widest('reference'))}  ${state.padStart(widest('state'))}  ${services}`)
    .join('\n');
}

export function formatMegabytes(bytes: number): string {
  return `${(bytes / bytesPerMegabyte).toFixed(0)} MB`;
}
