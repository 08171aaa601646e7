import test from 'ava';
import { formatImages } from '../../../../src/cli/present/images.ts';

test('a row tells the size, or how up would bring it, and who runs it', (t) => {
  const image = { id: null, sizeBytes: null, present: false };
  const text = formatImages([
    { ...image, reference: 'postgres:17', origin: 'pull', services: ['db'] },
    { ...image, reference: 'haplat/edge:0123', origin: 'build', services: ['edge'] },
    { ...image, reference: 'traefik:v3', origin: 'pull', present: true, sizeBytes: 267_400_000, services: ['traefik_1', 'traefik_2'] },
  ]);
  t.deepEqual(text.split('\n'), [
    'postgres:17        missing: "up" pulls it  db',
    'haplat/edge:0123  missing: "up" builds it  edge',
    'traefik:v3                         267 MB  traefik_1, traefik_2',
  ]);
});
