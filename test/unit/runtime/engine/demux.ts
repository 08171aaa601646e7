import { Readable } from 'node:stream';
import test from 'ava';
import fc from 'fast-check';
import { demux, toLines } from '../../../../src/runtime/engine/demux.ts';

function frame(stream: 1 | 2, text: string): Buffer {
  const payload = Buffer.from(text);
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(payload.length, 4);
  return Buffer.concat([header, payload]);
}

test('frames come out whole, wherever the chunks are cut', async (t) => {
  const frames = fc.array(fc.record({ stream: fc.constantFrom(1 as const, 2 as const), text: fc.string() }), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(frames, fc.integer({ min: 1, max: 11 }), async (sent, size) => {
      const bytes = Buffer.concat(sent.map((one) => frame(one.stream, one.text)));
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) => bytes.subarray(index * size, (index + 1) * size));
      const received = await Array.fromAsync(demux(Readable.from(chunks)));
      const back = received.map((one) => ({ stream: one.stream === 'stderr' ? 2 : 1, text: one.bytes.toString() }));
      return JSON.stringify(back) === JSON.stringify(sent);
    }),
  );
  t.pass();
});

test('lines of the two streams are not mixed, and the last needs no newline', async (t) => {
  const source = Readable.from([frame(1, 'out '), frame(2, 'err\n'), frame(1, 'put\nlast')]);
  t.deepEqual(await Array.fromAsync(toLines(demux(source))), [
    { stream: 'stderr', text: 'err' },
    { stream: 'stdout', text: 'out put' },
    { stream: 'stdout', text: 'last' },
  ]);
});
