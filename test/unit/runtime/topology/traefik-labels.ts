import test from 'ava';
import { readApiSettings } from '../../../../src/app/settings.ts';
import { retriesAnswers, traefikLabels } from '../../../../src/runtime/topology/traefik-labels.ts';
import { serviceOf, topologyOf } from './_context.ts';

for (const image of ['traefik:v3', 'traefik:3', 'traefik:v3.7', 'traefik:v3.7.15', 'traefik:3.10-alpine', 'registry:5000/traefik:v4.0']) {
  test(`${image} retries by status`, (t) => {
    t.true(retriesAnswers(image));
  });
}

for (const image of ['traefik:v2.10', 'traefik:v2', 'traefik:v3.6.15', 'traefik', 'traefik:latest', 'registry:5000/traefik', 'traefik@sha256:3333', 'traefik:mine-3.9']) {
  test(`${image} is not known to, so the label that older ones reject is left out`, (t) => {
    t.false(retriesAnswers(image));
    t.false(Object.keys(traefikLabels(image)).some((label) => /\.(?:status|maxrequestbodybytes)$/.test(label)));
  });
}

test('what is set aside for a repeat is what the API takes at most, not Traefik\'s 2 MiB for every request', (t) => {
  const { BODY_LIMIT_BYTES } = readApiSettings({});
  t.is(traefikLabels('traefik:v3')['traefik.http.middlewares.retry.retry.maxrequestbodybytes'], String(BODY_LIMIT_BYTES));
});

test('all replicas say the same, or Traefik would take none of them', (t) => {
  const topology = topologyOf();
  t.deepEqual(serviceOf(topology, 'app_1').container.labels, serviceOf(topology, 'app_2').container.labels);
});
