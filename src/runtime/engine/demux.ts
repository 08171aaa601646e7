/** One frame of the Engine's multiplexed stream. */
export interface Frame {
  readonly stream: 'stdout' | 'stderr';
  readonly bytes: Buffer;
}

const headerBytes = 8;
const stderrType = 2;

/**
 * Splits the Engine's multiplexed output (attach, exec and logs of containers without a terminal) into frames.
 *
 * Source: Docker Engine API, "Attach to a container": a header of 8 bytes, the first the stream's type, the last four
 * the payload's length, big endian.
 */
export async function* demux(source: AsyncIterable<Buffer | string>): AsyncIterable<Frame> {
  let pending: Buffer = Buffer.alloc(0);
  for await (const chunk of source) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    pending = pending.length === 0 ? bytes : Buffer.concat([pending, bytes]);
    while (pending.length >= headerBytes) {
      const end = headerBytes + pending.readUInt32BE(4);
      if (pending.length < end) break;
      yield { stream: pending[0] === stderrType ? 'stderr' : 'stdout', bytes: pending.subarray(headerBytes, end) };
      pending = pending.subarray(end);
    }
  }
}

/** Joins frames into whole lines, each stream for itself; the last line needs no newline. */
export async function* toLines(frames: AsyncIterable<Frame>): AsyncIterable<{ stream: Frame['stream']; text: string }> {
  const rest = { stdout: '', stderr: '' };
  for await (const { stream, bytes } of frames) {
    const lines = (rest[stream] + bytes.toString('utf8')).split('\n');
    rest[stream] = lines.pop() ?? '';
    for (const text of lines) yield { stream, text };
  }
  for (const stream of ['stdout', 'stderr'] as const) {
    if (rest[stream] !== '') yield { stream, text: rest[stream] };
  }
}
