import test from 'ava';
import { Registry } from 'prom-client';
import { Metrics } from '../../../src/app/metrics.ts';

test('a scrape tells of the outbox as it is, asks once, and shows no old number when there is no answer', async (t) => {
  let asked = 0;
  const lags = [{ waiting: 3, ageSeconds: 7 }, { waiting: 0, ageSeconds: 0 }];
  const outboxLag = () => {
    asked += 1;
    const lag = lags.shift();
    return lag === undefined ? Promise.reject(new Error('no database')) : Promise.resolve(lag);
  };
  const { registry } = new Metrics(new Registry(), { outboxLag, queueDepths: () => Promise.resolve([]) });
  const scrape = async () => [...(await registry.metrics()).matchAll(/^outbox_\w+ (.+)$/gm)].map(([, value]) => value);
  t.deepEqual(await scrape(), ['7', '3']);
  t.deepEqual(await scrape(), ['0', '0']);
  t.deepEqual(await scrape(), ['Nan', 'Nan']);
  t.is(asked, 3);
});
