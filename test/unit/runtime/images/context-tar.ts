import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import test, { type ExecutionContext } from 'ava';
import { extract } from 'tar-stream';
import { contextTar } from '../../../../src/runtime/images/context-tar.ts';
import { executablePayload } from '../../../../src/runtime/images/payload.ts';

const payloadFile = (t: ExecutionContext, size: number): string => {
  const folder = mkdtempSync(join(tmpdir(), 'haplat-context-'));
  t.teardown(() => {
    rmSync(folder, { recursive: true });
  });
  writeFileSync(join(folder, 'haplat'), Buffer.alloc(size, 'x'));
  return join(folder, 'haplat');
};
const inputs = (source: string) => ({
  recipe: 'runtime' as const,
  files: [{ path: 'Dockerfile', text: 'FROM scratch\n', mode: 0o644 }],
  baseImage: 'scratch',
  payload: executablePayload('b1', source),
});

test('the tar holds the recipe’s files and the whole payload with its mode', async (t) => {
  const tar = contextTar(inputs(payloadFile(t, 3_000_001)));
  const seen: Record<string, [number, number | undefined]> = {};
  const entries = extract();
  tar.pipe(entries);
  for await (const entry of entries) {
    seen[entry.header.name] = [(await buffer(entry)).length, entry.header.mode];
  }
  t.deepEqual(seen, { Dockerfile: [13, 0o644], haplat: [3_000_001, 0o755] });
});

test('the same files at another time and place give the same bytes', async (t) => {
  const digest = async (source: string) => createHash('sha256').update(await buffer(contextTar(inputs(source)))).digest('hex');
  t.is(await digest(payloadFile(t, 1000)), await digest(payloadFile(t, 1000)));
});

test('a payload that is gone is an error of the stream, not a tar that stops early', async (t) => {
  await t.throwsAsync(buffer(contextTar(inputs('/nowhere/haplat'))), { code: 'ENOENT' });
});
