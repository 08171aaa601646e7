import { createHash } from 'node:crypto';
import test from 'ava';
import { readApiSettings } from '../../../../src/app/settings.ts';
import { retriesAnswers, traefikLabels } from '../../../../src/runtime/topology/traefik-labels.ts';
import { serviceOf, topologyOf } from './_context.ts';

for (const image of ['traefik:v3', 'traefik:3', 'traefik:v3.7', 'traefik:v3.7.15', 'traefik:3.10-alpine', 'registry:5000/traefik:v4.0', 'traefik:v3.7.1@sha256:3333']) {
  test(`${image} retries by status`, (t) => {
    t.true(retriesAnswers(image));
  });
}

for (const image of ['traefik:v2.10', 'traefik:v2', 'traefik:v3.6.15', 'traefik', 'traefik:latest', 'registry:5000/traefik', 'traefik@sha256:3333', 'traefik:v3.6@sha256:3333', 'registry:5000/traefik@sha256:3333', 'traefik:mine-3.9']) {
  test(`${image} is not known to, so the label that older ones reject is left out`, (t) => {
    t.false(retriesAnswers(image));
    t.false(Object.keys(traefikLabels(image)).some((label) => /\.(?:status|maxrequestbodybytes)$/.test(label)));
  });
}

test('what is set aside for a repeat is what the API takes at most, not Traefik\'s 2 MiB for every request', (t) => {
  const { BODY_LIMIT_BYTES } = readApiSettings({});
  const limits = Object.entries(traefikLabels('traefik:v3')).filter(([label]) => label.endsWith('.maxrequestbodybytes'));
  t.deepEqual(limits.map(([, value]) => value), [String(BODY_LIMIT_BYTES)]);
});

test('all replicas say the same, or Traefik would take none of them', (t) => {
  const topology = topologyOf();
  t.deepEqual(serviceOf(topology, 'app_1').container.labels, serviceOf(topology, 'app_2').container.labels);
});

test('labels that differ have other names and a priority of their own, so that old and new replicas may be side by side', (t) => {
  const describes = (label: string) => /^traefik\.http\.\w+\.(?<name>[^.]+)\./.exec(label)?.groups?.['name'];
  const namesOf = (image: string) => new Set(Object.keys(traefikLabels(image)).map(describes).filter((name) => name !== undefined));
  const [older, newer] = [namesOf('traefik:v3.6'), namesOf('traefik:v3.7')];
  t.is(older.size, 4);
  t.is(newer.intersection(older).size, 0);
  const priorities = (image: string) => new Set(Object.entries(traefikLabels(image)).filter(([label]) => label.endsWith('.priority')).map(([, value]) => Number(value)));
  t.true(Math.min(...priorities('traefik:v3.7')) > Math.max(...priorities('traefik:v3.6')));
  t.true(Math.min(...priorities('traefik:v3.6')) > 'PathPrefix(`/`)'.length);
});

test('a change that a replica may have carried out is not sent to another one, in whatever state that one is', (t) => {
  const ofRouter = (name: string) => Object.entries(traefikLabels('traefik:v3.7')).flatMap(([label, value]) => (label.startsWith(`traefik.http.routers.${name}-`) ? [[label.split('.')[4], value]] : []));
  const { rule, middlewares, priority } = Object.fromEntries(ofRouter('change')) as Record<string, string>;
  t.is(rule, 'Method(`PUT`) || Method(`DELETE`)');
  t.false(Object.keys(traefikLabels('traefik:v3.7')).includes(`traefik.http.middlewares.${middlewares ?? ''}.retry.status`));
  t.true(Number(priority) > Number((Object.fromEntries(ofRouter('app')) as Record<string, string>)['priority']));
  t.deepEqual(Object.keys(traefikLabels('traefik:v3.6')).filter((label) => label.includes('.routers.change-')), [], 'there nothing is repeated by status');
});

test('labels that have changed have a new revision', (t) => {
  // When this fails: raise `revision`, then bring this up to date.
  const digest = createHash('sha256').update(JSON.stringify(traefikLabels('traefik:v3.7'))).digest('hex').slice(0, 16);
  t.deepEqual([Object.keys(traefikLabels('traefik:v3.7')).find((label) => label.startsWith('traefik.http.services.'))?.split('.')[3], digest], ['app-13', 'de058d7ceef32a1d']);
});
