import test from 'ava';
import type { Engine } from '../../../../src/runtime/engine/port.ts';
import { OperationError } from '../../../../src/runtime/errors.ts';
import { checkData } from '../../../../src/runtime/execute/check-data.ts';
import { inspected } from '../_details.ts';
import { aService, aTopology, observedContainer } from '../plan/_build.ts';

const db = aService('db');
const asked = { container: 'p-db', image: 'postgres:18', data: { product: 'PostgreSQL', file: '/data/PG_VERSION', imageVariable: 'PG_MAJOR' } };

interface There {
  readonly imageEnv?: Readonly<Record<string, string>>;
  readonly state?: 'running' | 'exited';
  /** Undefined: there is no such file. */
  readonly version?: string | undefined;
}

function engineWith({ imageEnv = { PG_MAJOR: '18' }, state = 'running', version }: There): Pick<Engine, 'exec' | 'inspectContainer' | 'inspectImage'> {
  return {
    inspectImage: () => Promise.resolve({ id: 'sha256:1', sizeBytes: 1, env: imageEnv }),
    inspectContainer: () => Promise.resolve(inspected(observedContainer(aTopology([db]), db, { state }))),
    exec: (_name, command) => {
      if (state !== 'running') return Promise.reject(new OperationError('exec in p-db: it is not running'));
      return Promise.resolve(version === undefined || command.at(-1) !== asked.data.file ? { exitCode: 1, stdout: '', stderr: 'no' } : { exitCode: 0, stdout: version, stderr: '' });
    },
  };
}

test('data of another major version is an error that names both', async (t) => {
  const error = await t.throwsAsync(checkData(engineWith({ version: '17\n' }), asked), { instanceOf: OperationError });
  t.is(error.message, 'postgres:18 is PostgreSQL 18, and can\'t read the data of PostgreSQL 17 that is there');
  t.regex(error.remedy ?? '', /^use an image of PostgreSQL 17; how to take the data to 18 /);
});

for (const [name, there] of Object.entries<There>({
  'data of the same major version': { version: '18\n' },
  'an image that does not tell its version': { imageEnv: {}, version: '17\n' },
  'a container that does not run': { state: 'exited', version: '17\n' },
  'a volume without data': {},
})) {
  test(`${name} is let through`, async (t) => {
    await t.notThrowsAsync(checkData(engineWith(there), asked));
  });
}

const accounts = { user: 'shop', database: 'orders' };
const withAccounts = { ...asked, data: { ...asked.data, accounts } };

function engineListing(present: string | Error): ReturnType<typeof engineWith> {
  const engine = engineWith({ version: '18' });
  return { ...engine, exec: (name, command, options) => {
    if (command[0] !== 'bash') return engine.exec(name, command, options);
    return present instanceof Error ? Promise.reject(present) : Promise.resolve({ exitCode: 0, stdout: present, stderr: '' });
  } };
}

test('a server that does not answer is no reason to keep it', async (t) => {
  await t.notThrowsAsync(checkData(engineListing(new OperationError('no answer within 5000 ms')), withAccounts));
});

test('names that are taken when the data is made can\'t be others afterwards: nobody could log in', async (t) => {
  await t.notThrowsAsync(checkData(engineListing('role postgres\nrole shop\ndatabase orders\n'), withAccounts));
  for (const [present, missing] of [['role haplat\ndatabase orders', /has no role shop$/], ['role shop\ndatabase haplat', /has no database orders$/]] as const) {
    const error = await t.throwsAsync(checkData(engineListing(present), withAccounts), { instanceOf: OperationError, message: missing });
    t.regex(error.remedy ?? '', /set postgres\.user and postgres\.database back/);
  }
});
