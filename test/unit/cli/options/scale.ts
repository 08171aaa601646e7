import test from 'ava';
import { InvalidArgumentError } from 'commander';
import { parseNames, parseScale } from '../../../../src/cli/options/scale.ts';

test('each component has its number of replicas', (t) => {
  t.deepEqual(parseScale('app=5,worker=3'), { app: 5, worker: 3 });
  t.deepEqual(parseScale(' worker=1'), { worker: 1 });
});

for (const text of ['', 'app', 'app=', 'app=x', 'app=-1', 'app=1.5', 'db=2', 'app=1,app=2', 'app=1,']) {
  test(`--scale "${text}" is refused`, (t) => {
    t.throws(() => parseScale(text), { instanceOf: InvalidArgumentError }, text);
  });
}

test('names have commas between', (t) => {
  t.deepEqual(parseNames('app, worker_1'), ['app', 'worker_1']);
  t.throws(() => parseNames('app,'));
});
