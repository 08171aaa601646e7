import test from 'ava';
import { imageReferencePattern } from '../../../../../src/runtime/config/schema/image-reference.ts';

const digest = `sha256:${'0'.repeat(64)}`;

for (const reference of ['postgres', 'postgres:17', 'netdata/netdata:stable', 'localhost:5000/a/b_c__d-e.f:v1.2-x', `registry.example.com/postgres:17@${digest}`, `postgres@${digest}`, '[::1]:5000/a']) {
  test(`${reference} is an image's reference`, (t) => {
    t.regex(reference, imageReferencePattern);
  });
}

for (const reference of ['', 'POSTGRES:17', 'postgres:', 'a:b:c', 'a//b:17', 'postgres@sha256:abc', '-a', 'a b', 'postgres:17@', 'http://a/b']) {
  test(`${JSON.stringify(reference)} is none`, (t) => {
    t.notRegex(reference, imageReferencePattern);
  });
}
