import test from 'ava';
import { executablePayload, hostNodePayload, nodeImagePayload } from '../../../../src/runtime/images/payload.ts';
import { buildInputs, imageReference, ourImageReferences } from '../../../../src/runtime/images/recipe.ts';

const dockerfile = 'ARG BASE_IMAGE\nFROM ${BASE_IMAGE}\nCOPY haplat /usr/local/bin/haplat\nUSER 1000\n';
const sources = {
  templates: {
    'runtime/Dockerfile': dockerfile,
    'keepalived/Dockerfile': 'FROM x\n',
    'keepalived/check': '#!/bin/sh\ntrue\n',
    'keepalived/keepalived.conf.eta': 'vrrp_instance <%= it.name %>',
    'edge/Dockerfile': 'FROM y\n',
    'cluster/Dockerfile': 'FROM z\n',
  },
  baseImage: 'debian:trixie-slim',
  traefikImage: 'traefik:v3',
  payload: executablePayload('b1', '/opt/haplat'),
};
const textOf = (files: readonly { path: string; text: string }[], path: string) =>
  files.find((file) => file.path === path)?.text;

test('a reference is the recipe and twelve digits of a hash, the same for the same inputs', (t) => {
  const references = ourImageReferences(sources);
  t.regex(references.keepalived, /^haplat\/keepalived:[0-9a-f]{12}$/);
  t.regex(references.edge, /^haplat\/edge:[0-9a-f]{12}$/);
  t.regex(references.runtime, /^haplat\/runtime:[0-9a-f]{12}$/);
  t.deepEqual(ourImageReferences({ ...sources, templates: { ...sources.templates } }), references);
});

test('a changed template changes the reference of its own image only', (t) => {
  const before = ourImageReferences(sources);
  const after = ourImageReferences({
    ...sources,
    templates: { ...sources.templates, 'keepalived/check': '#!/bin/sh\nfalse\n' },
  });
  t.not(after.keepalived, before.keepalived);
  t.is(after.edge, before.edge);
  t.is(after.runtime, before.runtime);
});

test('files that are rendered and mounted do not change an image', (t) => {
  const templates = { ...sources.templates, 'keepalived/keepalived.conf.eta': 'changed' };
  t.deepEqual(ourImageReferences({ ...sources, templates }), ourImageReferences(sources));
});

test('another base image changes all references, another build only that of the runtime', (t) => {
  const before = ourImageReferences(sources);
  const rebased = ourImageReferences({ ...sources, baseImage: 'debian:forky-slim' });
  const rebuilt = ourImageReferences({ ...sources, payload: executablePayload('b2', '/opt/haplat') });
  for (const recipe of ['runtime', 'keepalived', 'edge'] as const) t.not(rebased[recipe], before[recipe]);
  t.not(rebuilt.runtime, before.runtime);
  t.is(rebuilt.keepalived, before.keepalived);
});

test('where the executable lies does not change the reference', (t) => {
  const moved = { ...sources, payload: executablePayload('b1', '/elsewhere/haplat') };
  t.is(ourImageReferences(moved).runtime, ourImageReferences(sources).runtime);
});

test('scripts are executable in the context, other files are not', (t) => {
  const { files } = buildInputs('keepalived', sources);
  t.deepEqual(
    files.map(({ path, mode }) => [path, mode.toString(8)]),
    [['Dockerfile', '644'], ['check', '755']],
  );
});

test('with an executable as payload the Dockerfile stays as it is', (t) => {
  t.is(textOf(buildInputs('runtime', sources).files, 'Dockerfile'), dockerfile);
});

test('with the host’s Node as payload a wrapper starts the bundle', (t) => {
  const payload = hostNodePayload('b1', '/lib/haplat.cjs', { path: '/bin/node', version: 'v24.1.0' });
  const { files } = buildInputs('runtime', { ...sources, payload });
  t.is(textOf(files, 'Dockerfile'), `${dockerfile}COPY node haplat.cjs /usr/local/lib/haplat/\n`);
  t.regex(textOf(files, 'haplat') ?? '', /^#!\/bin\/sh\nexec \/usr\/local\/lib\/haplat\/node .*haplat\.cjs "\$@"\n$/);
  t.is(files.find(({ path }) => path === 'haplat')?.mode, 0o755);
});

test('with the Node of an image the stage goes between the base’s argument and its FROM', (t) => {
  const { files } = buildInputs('runtime', { ...sources, payload: nodeImagePayload('b1', '/lib/haplat.cjs') });
  t.is(
    textOf(files, 'Dockerfile'),
    'ARG BASE_IMAGE\nFROM node:24-slim AS node\nFROM ${BASE_IMAGE}\nCOPY haplat /usr/local/bin/haplat\nUSER 1000\n' +
      'COPY --from=node /usr/local/bin/node /usr/local/lib/haplat/node\nCOPY haplat.cjs /usr/local/lib/haplat/\n',
  );
});

test('how the program is packed is part of the reference', (t) => {
  const runtime = (payload: typeof sources.payload) => imageReference(buildInputs('runtime', { ...sources, payload }));
  const references = new Set([
    runtime(executablePayload('b1', '/x')),
    runtime(hostNodePayload('b1', '/x', { path: '/n', version: 'v24.1.0' })),
    runtime(hostNodePayload('b1', '/x', { path: '/n', version: 'v24.2.0' })),
    runtime(nodeImagePayload('b1', '/x')),
  ]);
  t.is(references.size, 4);
});
