import { Readable } from 'node:stream';
import test from 'ava';
import { readJson, type BodySource } from '../../../../src/app/http/body.ts';
import { HttpProblem } from '../../../../src/app/http/problem.ts';

const json = { 'content-type': 'application/json' };

const request = (chunks: readonly (string | Uint8Array)[], headers: Record<string, string> = json): BodySource =>
  Object.assign(Readable.from(chunks.map((chunk) => (typeof chunk === 'string' ? Buffer.from(chunk) : Buffer.from(chunk)))), { headers });

const statusOf = async (message: BodySource, limit = 20): Promise<number> => {
  try {
    await readJson(message, limit);
    return 200;
  } catch (error) {
    return error instanceof HttpProblem ? error.status : 0;
  }
};

test('JSON in several chunks is put together', async (t) => {
  t.deepEqual(await readJson(request(['{"a"', ':1}']), 100), { a: 1 });
});

test('a body of exactly the limit is accepted, one byte more is not', async (t) => {
  t.is(await statusOf(request(['"123456789012345678"']), 20), 200);
  t.is(await statusOf(request(['"1234567890123456789"']), 20), 413);
});

test('a declared length beyond the limit is refused without reading', async (t) => {
  t.is(await statusOf(request([], { ...json, 'content-length': '21' })), 413);
});

test('what is not JSON, or not UTF-8, is malformed', async (t) => {
  t.is(await statusOf(request(['{bad'])), 400);
  t.is(await statusOf(request([])), 400);
  t.is(await statusOf(request([Uint8Array.of(0x22, 0xff, 0x22)])), 400);
});

test('only JSON media types without an encoding are accepted', async (t) => {
  const statusFor = (headers: Record<string, string>) => statusOf(request(['1'], headers));
  t.is(await statusFor({ 'content-type': 'application/json; charset=utf-8' }), 200);
  t.is(await statusFor({ 'content-type': 'application/merge-patch+json' }), 200);
  t.is(await statusFor({ 'content-type': 'text/plain' }), 415);
  t.is(await statusFor({ 'content-type': 'application/jsonx' }), 415);
  t.is(await statusFor({}), 415);
  t.is(await statusFor({ ...json, 'content-encoding': 'gzip' }), 415);
});

test('a client that breaks off is no failure of the server', async (t) => {
  const broken = Object.assign(new Readable({ read() { this.destroy(Object.assign(new Error('aborted'), { code: 'ECONNRESET' })); } }), { headers: json });
  t.is(await statusOf(broken), 400);
});

test('a key that would be dropped without a word is refused, a text of the same letters is not', async (t) => {
  for (const body of ['{"__proto__":1}', '{"a":{"__proto__" : 1}}', '{"\\u005f_proto__":1}', '[{"__pr\\u006fto__":1}]']) t.is(await statusOf(request([body]), 100), 422, body);
  for (const body of ['{"a":"__proto__"}', '{"proto":1}', '{"__PROTO__":1}', '{"x\\"__proto__":1}', '{"a":"\\"__proto__\\":"}']) t.is(await statusOf(request([body]), 100), 200, body);
  t.is(await statusOf(request([`${'['.repeat(20_000)}"proto"${']'.repeat(20_000)}`]), 65_536), 200, 'however deep it is');
});

test('an integer that would become another one is refused; texts and fractions of as many digits are not', async (t) => {
  const refused = ['9007199254740993', '-9007199254740992', '{"a":[1,12345678901234567890]}', '{"1234567890123456":1152921504606846976}', '[1234567890123456,9007199254740993]'];
  for (const body of refused) t.is(await statusOf(request([body]), 100), 422, body);
  const accepted = ['9007199254740991', '-9007199254740991', '"9007199254740993"', '{"9007199254740993":"\\"9007199254740993"}', '0.1234567890123456789', '9007199254740993.0', '9007199254740993e3', '1e-1234567890123456'];
  for (const body of accepted) t.is(await statusOf(request([body]), 100), 200, body);
  t.is(await statusOf(request([`${'['.repeat(20_000)}9007199254740991${']'.repeat(20_000)}`]), 65_536), 200, 'however deep it is');
});
