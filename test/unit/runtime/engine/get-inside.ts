import test from 'ava';
import { getInside, parseAnswer } from '../../../../src/runtime/engine/get-inside.ts';

test('an answer has its status and its body, empty lines and all', (t) => {
  t.deepEqual(parseAnswer('HTTP/1.0 503 Service Unavailable\r\nContent-Type: text/plain\r\n\r\na\r\n\r\nb'), { status: 503, body: 'a\r\n\r\nb' });
  t.deepEqual(parseAnswer('HTTP/1.1 204 No Content\r\n\r\n'), { status: 204, body: '' });
});

test('what is no whole answer is none', (t) => {
  for (const text of ['', 'HTTP/1.0 200 OK\r\nContent-Type', 'SSH-2.0-OpenSSH_9.2\r\n\r\n']) t.is(parseAnswer(text), undefined);
});

test('a container that can’t be asked gives no answer', async (t) => {
  const exec = () => Promise.reject(new Error('Container is not running'));
  t.is(await getInside({ exec }, 'haplat-app_1', { port: 3000, path: '/readyz', timeoutMs: 1000 }), undefined);
});
