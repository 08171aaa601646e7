import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import test from 'ava';
import { execa } from 'execa';
import { describeError } from '../../../src/app/logging.ts';

test('an error in the log keeps its code and causes and nothing that a driver hung on it', (t) => {
  const cause = Object.assign(new Error('refused'), { code: 'ECONNREFUSED', client: { password: 'secret' } });
  const described = describeError(new Error('no database', { cause }));
  t.is(described?.message, 'no database');
  t.is(described?.cause?.code, 'ECONNREFUSED');
  t.false(JSON.stringify(described).includes('secret'));
});

test('an error is described in what a pipe takes whole, however long it and its causes are', (t) => {
  const long = (cause?: Error): Error => Object.assign(new Error('m'.repeat(5000), { cause }), { stack: 's'.repeat(5000) });
  t.true(JSON.stringify(describeError(long(long(long(long()))))).length < 3500);
});

test('nothing to describe is nothing', (t) => {
  t.is(describeError(undefined), undefined);
});

const logging = join(import.meta.dirname, '../../../src/app/logging.ts');

/** The messages of the lines that a process writes which does `work` with a logger. */
async function linesOf(work: string): Promise<string[]> {
  const script = `import { createLogger } from ${JSON.stringify(logging)}; const logger = createLogger({ service: 'api', instance: 'app_1' }, 'info'); ${work}`;
  const { stdout } = await execa(process.execPath, ['--input-type=module', '--eval', script], { timeout: 20_000, reject: false });
  return stdout.split('\n').filter((line) => line !== '').map((line) => (JSON.parse(line) as { msg: string }).msg);
}

test('what was logged is written when the process ends, and when an error ends it', async (t) => {
  t.deepEqual(await linesOf(`logger.info('one'); logger.info('two'); process.exit(0)`), ['one', 'two']);
  t.deepEqual(await linesOf(`logger.info('one'); throw new Error('unexpected')`), ['one']);
});

test('a warning is written with all before it even if the process is killed at once', async (t) => {
  t.deepEqual(await linesOf(`logger.info('before'); logger.warn('the last'); logger.info('lost'); process.kill(process.pid, 'SIGKILL')`), ['before', 'the last']);
});

test('a line is not kept back for others to come', async (t) => {
  t.deepEqual(await linesOf(`logger.info('alone'); setTimeout(() => process.kill(process.pid, 'SIGKILL'), 2000)`), ['alone']);
});

test('while nothing is logged nothing is written', async (t) => {
  const work = `
    import fs from 'node:fs';
    import { setTimeout } from 'node:timers/promises';
    const { write } = fs;
    let writes = 0;
    fs.write = (...args) => { writes += 1; return write(...args); };
    for (const message of ['one', 'two']) {
      logger.info(message);
      await setTimeout(500);
    }
    const before = writes;
    await setTimeout(1000);
    logger.info(before > 0 ? String(writes - before) : 'never written');
    await setTimeout(500);
    process.kill(process.pid, 'SIGKILL');`;
  t.deepEqual(await linesOf(work), ['one', 'two', '0']);
});

test('a pipe that nobody reads stops no line of work, not even a warning does', async (t) => {
  const work = `for (let line = 0; line < 4000; line += 1) logger.info('x'.repeat(200)); logger.warn('full'); process.stderr.write('goes on'); process.kill(process.pid, 'SIGKILL');`;
  const script = `import { createLogger } from ${JSON.stringify(logging)}; const logger = createLogger({ service: 'api', instance: 'app_1' }, 'info'); ${work}`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], { stdio: ['ignore', 'pipe', 'pipe'] });
  t.teardown(() => child.kill('SIGKILL'));
  // Its output is a socket between us: only what is not read fills it.
  child.stdout.pause();
  const [said] = (await once(child.stderr, 'data', { signal: AbortSignal.timeout(20_000) })) as [Buffer];
  t.is(said.toString(), 'goes on');
});
