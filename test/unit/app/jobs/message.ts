import fc from 'fast-check';
import test from 'ava';
import { MESSAGE_MAX_BYTES, parseMessage, serializeMessage } from '../../../../src/app/jobs/message.ts';

test('a message is read as it was written', (t) => {
  fc.assert(
    fc.property(fc.uuid({ version: 7 }), fc.uuid({ version: 7 }), (jobId, itemId) => {
      const message = { type: 'item.process', jobId, itemId };
      const parsed = parseMessage(serializeMessage(message));
      return parsed.ok && parsed.message.jobId === jobId && parsed.message.itemId === itemId;
    }),
  );
  t.pass();
});

test('poison is told by its kind', (t) => {
  t.deepEqual(parseMessage(Buffer.from('not json')), { ok: false, reason: 'not-json' });
  t.deepEqual(parseMessage(Buffer.from('{}')), { ok: false, reason: 'invalid' });
  t.deepEqual(parseMessage(Buffer.alloc(MESSAGE_MAX_BYTES + 1, 32)), { ok: false, reason: 'too-large' });
});

test('no bytes make it throw', (t) => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => typeof parseMessage(Buffer.from(bytes)).ok === 'boolean'));
  t.pass();
});
