import test from 'ava';
import { elementsOf, parseXml } from '../../../../src/runtime/cluster/parse-xml.ts';
import { element, toXml } from '../../../../src/runtime/render/xml.ts';

test('what is written is read again, whatever is in its attributes', (t) => {
  const tree = element('a', { text: `<&>"'\n\ttwo  spaces ü` }, [element('b', { n: '007', yes: 'true' }), element('c', {}, [element('b', { n: '' })])]);
  t.deepEqual(parseXml(toXml(tree)), tree);
});

test('declaration, comments and text between elements are left out', (t) => {
  const root = parseXml('<?xml version="1.0"?>\n<!-- <x/> -->\n<a>text<b id="1"/>more</a>');
  t.deepEqual(root, element('a', {}, [element('b', { id: '1' })]));
});

test('elements of a name are found at any depth, in the order of the document', (t) => {
  const root = parseXml('<a><b id="1"><b id="2"/></b><c><b id="3"/></c></a>');
  t.deepEqual(elementsOf(root, 'b').map(({ attributes }) => attributes['id']), ['1', '2', '3']);
});

for (const text of ['', '<a>', '<a></b>', '<a><b></a></b>', 'no XML at all']) {
  test(`“${text}” is refused`, (t) => {
    t.throws(() => parseXml(text), { instanceOf: SyntaxError });
  });
}
