import { styleText } from 'node:util';

/** `4.2 s`. */
export function formatSeconds(durationMs: number): string {
  return `${(durationMs / 1000).toFixed(1)} s`;
}

/** Whether the stream goes to a terminal that understands more than text. */
export function isScreen(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY && process.env['TERM'] !== 'dumb';
}

/** Colours when the user did not forbid them and the stream is a terminal. */
export class Paint {
  readonly #on: boolean;

  constructor(options: { readonly color: boolean }, stream: NodeJS.WriteStream) {
    const noColor = process.env['NO_COLOR'];
    this.#on = options.color && (noColor === undefined || noColor === '') && isScreen(stream);
  }

  good(text: string): string {
    return this.#style('green', text);
  }

  bad(text: string): string {
    return this.#style('red', text);
  }

  dim(text: string): string {
    return this.#style('gray', text);
  }

  strong(text: string): string {
    return this.#style('bold', text);
  }

  #style(style: Parameters<typeof styleText>[0], text: string): string {
    return this.#on ? styleText(style, text, { validateStream: false }) : text;
  }
}
