import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { HttpProblem } from './problem.ts';

const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** What is read of a request. */
export type BodySource = Readable & Pick<IncomingMessage, 'headers'>;

/** Reads a JSON body of at most `limitBytes`. Throws problems: 415, 413, 400, 422. */
export async function readJson(request: BodySource, limitBytes: number): Promise<unknown> {
  if (!JSON_TYPE.test(request.headers['content-type'] ?? '')) {
    throw new HttpProblem(415, 'The body has to be application/json.', { headers: { accept: 'application/json' } });
  }
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    throw new HttpProblem(415, 'A body with a content encoding is not accepted.', { headers: { 'accept-encoding': 'identity' } });
  }
  const bytes = await readBytes(request, limitBytes);
  const { text, value } = parse(bytes);
  // The schemas' library drops it without a word, and what is stored would not be what was sent.
  if (/proto|\\u/.test(text) && hasProtoKey(value)) throw new HttpProblem(422, 'A key "__proto__" is not accepted.', { kind: 'validation' });
  if (hasUnsafeInteger(text)) throw new HttpProblem(422, 'An integer beyond ±(2^53 - 1) is not accepted: send it as a string.', { kind: 'validation' });
  return value;
}

const strings = /"(?:[^"\\]+|\\.)*"/g;
const longIntegers = /(?<![\d.eE+-])-?\d{16,}(?![\d.eE])/g;

/** Whether JSON.parse makes another number of one, or may: what is stored would not be what was sent. `json` is known to be JSON. */
function hasUnsafeInteger(json: string): boolean {
  if (!/\d{16}/.test(json)) return false;
  return (json.replace(strings, '""').match(longIntegers) ?? []).some((one) => !Number.isSafeInteger(Number(one)));
}

/** JSON.parse makes it a key like any other. */
function hasProtoKey(value: unknown): boolean {
  // Not by recursion: it may be nested more deeply than there is stack.
  const left = [value];
  while (left.length > 0) {
    const one = left.pop();
    if (typeof one !== 'object' || one === null) continue;
    if (Object.hasOwn(one, '__proto__')) return true;
    for (const inner of Object.values(one) as unknown[]) left.push(inner);
  }
  return false;
}

function parse(bytes: Buffer): { readonly text: string; readonly value: unknown } {
  try {
    const text = utf8.decode(bytes);
    return { text, value: JSON.parse(text) as unknown };
  } catch (cause) {
    throw new HttpProblem(400, 'The body is not JSON.', { kind: 'malformed-json', cause });
  }
}

const cutOff = (cause?: unknown): HttpProblem => new HttpProblem(400, 'The request was cut off.', { cause });

function readBytes(request: BodySource, limitBytes: number): Promise<Buffer> {
  // What follows is read and dropped, for at most the request timeout: to close at once would cut off the answer too.
  const tooLarge = () => new HttpProblem(413, `The body is larger than ${limitBytes} bytes.`);
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) return Promise.reject(tooLarge());
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= limitBytes) chunks.push(chunk);
      // Once: what a client goes on sending must not cost an error a piece.
      else if (length - chunk.length <= limitBytes) reject(tooLarge());
    });
    request.on('end', () => { resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)); });
    // A connection that breaks, or takes too long, comes as an error first.
    request.on('error', (cause) => { reject(cutOff(cause)); });
    request.on('close', () => {
      // This also follows a request that has arrived whole: an error made then would only cost its stack trace.
      if (!request.readableEnded) reject(cutOff());
    });
  });
}
