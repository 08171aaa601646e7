import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { jobsAnswerSchemas } from '../../../../src/protocol/jobs.ts';
import { serveJobs } from '../../../../src/app/admin/main.ts';

const ids = ['0190b6c2-7e3f-7a53-9a4e-000000000001', '0190b6c2-7e3f-7a53-9a4e-000000000002', '0190b6c2-7e3f-7a53-9a4e-000000000003'];

test('what became of each job is told, also when one of them got no answer', async (t) => {
  const api = createHttpServer((request, response) => {
    if (request.url?.includes(ids[1] ?? '') === true) response.destroy();
    else response.writeHead(202, { 'content-type': 'application/json' }).end('{}');
  });
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
  const folder = await mkdtemp(join(tmpdir(), 'haplat-jobs-'));
  t.teardown(async () => {
    api.closeAllConnections();
    api.close();
    await rm(folder, { recursive: true });
  });
  const password = join(folder, 'password');
  await writeFile(password, 'secret');
  let text = '';
  const env = { PORT: String((api.address() as AddressInfo).port), DB_PASSWORD_FILE: password, AMQP_PASSWORD_FILE: password };
  await serveJobs({ env, request: JSON.stringify({ action: 'retry', ids }), out: { write: (more) => { text += more; } } });
  const answer: unknown = JSON.parse(text);
  t.like(answer, { ok: true });
  const { results } = jobsAnswerSchemas.retry.parse(answer);
  t.deepEqual(results.map(({ jobId, accepted }) => [jobId, accepted]), ids.map((id, index) => [id, index !== 1]));
  t.is(results[1]?.detail, 'fetch failed');
});
