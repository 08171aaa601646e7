import test from 'ava';
import { fileOf, serviceOf, topologyOf } from './_context.ts';

const topology = topologyOf({ project: 'mine' });
const config = fileOf(serviceOf(topology, 'engine-proxy_1'), 'haproxy.cfg');

/** The patterns of the configuration, in its order: what readers may ask, what the guardian may, what it may do. */
const [readers, guardianReads, guardianHeals] = [...config.matchAll(/-m reg (\^\S+\$)/g)].map(([, pattern]) => new RegExp(pattern ?? ''));

const id = 'a1'.repeat(32);

for (const path of ['/_ping', '/v1.41/events', '/containers/json', `/v1.41/containers/${id}/json`, '/v1.24/version']) {
  test(`readers and the guardian may ask for ${path}`, (t) => {
    t.regex(path, readers ?? /$^/);
    t.regex(path, guardianReads ?? /$^/);
  });
}

for (const path of ['mine-db', 'other-db', id.slice(0, 12), `${id}0`, id.toUpperCase()]) {
  test(`readers may not look into containers/${path}: only the whole of an id can't be guessed`, (t) => {
    t.notRegex(`/containers/${path}/json`, readers ?? /^/);
  });
}

test('the guardian may look into containers by their names', (t) => {
  t.regex('/v1.41/containers/mine-db/json', guardianReads ?? /$^/);
});

for (const path of ['/info', '/secrets', '/images/json', '/containers/mine-db/logs', '/containers/mine-db/archive', '/containers/../images/json', '/x/containers/json']) {
  test(`nobody may ask for ${path}`, (t) => {
    t.notRegex(path, readers ?? /^/);
    t.notRegex(path, guardianReads ?? /^/);
  });
}

test('the guardian may start, restart, kill and unpause each of the project\'s containers', (t) => {
  for (const { container } of topology.services) {
    for (const verb of ['start', 'restart', 'kill', 'unpause']) t.regex(`/v1.41/containers/${container.name}/${verb}`, guardianHeals ?? /$^/);
  }
});

for (const path of ['mine-db/stop', 'mine-db/exec', 'mine-db/update', 'other-db/kill', 'mine-other-db/kill', 'create', '0123abcd/kill', 'mine-db%2f..%2fother-db/kill']) {
  test(`the guardian may not POST containers/${path}`, (t) => {
    t.notRegex(`/containers/${path}`, guardianHeals ?? /^/);
  });
}

const rulesOf = (frontend: string, text = config) => new RegExp(`frontend ${frontend}\\n(?<rules>(?: .*\\n)+)`).exec(text)?.groups?.['rules'] ?? '';

function inThisOrder(rules: string, order: readonly string[]): boolean {
  const places = order.map((rule) => rules.indexOf(rule));
  return places.every((place, index) => place > (places[index - 1] ?? -1));
}

test('of what readers ask the Engine is told no version of its API: Traefik names one that a later Engine has no more', (t) => {
  const rules = rulesOf('readers');
  t.true(inThisOrder(rules, ['deny_status 403 unless { path', 'http-request replace-path ^/v[0-9.]+(/.*)$ \\1\n', 'use_backend events if { path_end /events }']), rules);
});

test('events are told from before they were asked for: Traefik has read its list by then', (t) => {
  t.regex(rulesOf('readers'), /set-query filters=\S+&since=%\[date\(-30\)\] if \{ path_end \/events \}/);
});

test('of who is fenced no signal is named, in a query or a form', (t) => {
  const clustered = topologyOf({ project: 'mine', loadBalancers: { manager: 'pacemaker' } });
  const rules = rulesOf('fencing', fileOf(serviceOf(clustered, 'engine-proxy_1'), 'haproxy.cfg'));
  t.true(inThisOrder(rules, ['METH_POST fences', 'deny_status 403 if fences { query -m found }', 'http-request del-header content-type if fences']), rules);
});

test('who fences is told of the cluster\'s nodes alone, whatever is asked for', (t) => {
  const clustered = topologyOf({ project: 'mine', loadBalancers: { manager: 'pacemaker' } });
  const rules = rulesOf('fencing', fileOf(serviceOf(clustered, 'engine-proxy_1'), 'haproxy.cfg'));
  t.true(inThisOrder(rules, ['set-var(txn.component) str(lb)\n', 'set-var(txn.component) str(quorum) if { query -m str quorum }', 'set-query all=1&filters=']), rules);
  t.regex(rules, /set-query all=1&filters=\S+project%%3Dmine%%22\S+component%%3D%\[var\(txn\.component\)\]\S+ if lists\n/);
});

test('of a start the Engine is told no version of its API: an old one lets it say with what rights the container runs', (t) => {
  const guardian = rulesOf('guardian');
  const order = ['http-request deny deny_status 403 unless METH_GET reads or METH_POST heals', 'http-request replace-path ^/v[0-9.]+(/.*)$ \\1 if heals', 'default_backend engine'];
  t.true(inThisOrder(guardian, order), guardian);
});
