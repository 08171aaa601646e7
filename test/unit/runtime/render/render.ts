import test from 'ava';
import { plain, render, RenderError } from '../../../../src/runtime/render/render.ts';

const one = (text: string) => ({ 'a/b.eta': text });

test('variables are put in as they are, without escaping for HTML', (t) => {
  t.is(render(one('x = <%= it.x %>\n'), 'a/b.eta', { x: '<&">' }), 'x = <&">\n');
});

test('a line with a statement alone leaves no line behind', (t) => {
  const text = 'a\n  <% for (const n of it.list) { %>\n  - <%= n %>\n  <% } %>\nb\n';
  t.is(render(one(text), 'a/b.eta', { list: [1, 2] }), 'a\n  - 1\n  - 2\nb\n');
});

for (const [what, text] of [
  ['that is missing', '<%= it.missing %>'],
  ['inside an object that is missing', '<%= it.inner.missing %>'],
  ['of an element that is missing', '<% for (const one of it.list) { %><%= one.missing %><% } %>'],
  ['that only a condition looks at', '<% if (it.missing) { %>x<% } %>'],
]) {
  test(`a variable ${what ?? ''} is an error that names it`, (t) => {
    const variables = { inner: { there: 1 }, list: [{ there: 1 }] };
    const error = t.throws(() => render(one(text ?? ''), 'a/b.eta', variables), { instanceOf: RenderError });
    t.regex(error.message, /^templates\/a\/b\.eta: .*missing is not given$/);
  });
}

test('a variable that is there but undefined is an error too', (t) => {
  t.throws(() => render(one('<%= it.x %>'), 'a/b.eta', { x: undefined }), { message: /it\.x is not given/ });
});

test('false, zero and the empty string are values', (t) => {
  t.is(render(one('<%= it.a %>|<%= it.b %>|<%= it.c %>'), 'a/b.eta', { a: false, b: 0, c: '' }), 'false|0|');
});

test('a template that does not exist or does not parse is an error that names it', (t) => {
  t.throws(() => render({}, 'a/b.eta', {}), { instanceOf: RenderError, message: 'templates/a/b.eta does not exist' });
  t.throws(() => plain({}, 'a/c'), { instanceOf: RenderError, message: 'templates/a/c does not exist' });
  t.throws(() => render(one('<% if ( { %>'), 'a/b.eta', {}), { instanceOf: RenderError, message: /^templates\/a\/b\.eta: / });
});
