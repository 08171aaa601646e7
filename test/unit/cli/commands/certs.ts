import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { runCerts, runCertsRotate } from '../../../../src/cli/commands/certs.ts';
import type { Invocation } from '../../../../src/cli/invocation.ts';
import { configSchema } from '../../../../src/runtime/config/schema/config.ts';
import { EngineUnreachableError } from '../../../../src/runtime/errors.ts';

/** A run in a state directory of its own, where connecting fails with this code of the system's. */
async function withEngineThatIs(t: ExecutionContext, code: string) {
  const stateDirectory = await mkdtemp(join(tmpdir(), 'haplat-certs-'));
  t.teardown(() => rm(stateDirectory, { recursive: true }));
  const warnings: string[] = [];
  const ignore = (): void => undefined;
  const invocation: Invocation = {
    options: { json: false, quiet: false, verbose: false, color: false },
    signal: new AbortController().signal,
    print: ignore,
    printJson: ignore,
    result: ignore,
    note: ignore,
    warn: (text) => { warnings.push(text); },
    exit: ignore,
    loadConfig: () => Promise.resolve({ config: configSchema.parse({}), source: 'haplat.yaml', stateDirectory }),
    connect: () => Promise.reject(new EngineUnreachableError('the Docker Engine does not answer', { cause: Object.assign(new Error(code), { code }) })),
  };
  return { invocation, warnings, files: () => readdir(stateDirectory) };
}

test('certificates are issued where there is no Engine, and it is said that nobody was asked', async (t) => {
  for (const code of ['ENOENT', 'ECONNREFUSED']) {
    const { invocation, warnings, files } = await withEngineThatIs(t, code);
    await runCertsRotate(invocation, { cluster: false });
    t.deepEqual(warnings, ['the Docker Engine does not answer; nobody was asked what is served']);
    t.true((await files()).includes('ca'));
  }
});

test('none is replaced where an Engine is there and can not be asked, and none made where we may not ask it', async (t) => {
  for (const [code, run] of [['EACCES', runCerts], ['EACCES', rotate], ['ETIMEDOUT', rotate]] as const) {
    const { invocation, files } = await withEngineThatIs(t, code);
    await t.throwsAsync(run(invocation), { instanceOf: EngineUnreachableError }, code);
    t.deepEqual(await files(), []);
  }
});

function rotate(invocation: Invocation): Promise<void> {
  return runCertsRotate(invocation, { cluster: false });
}
