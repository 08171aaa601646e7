import { XMLParser } from 'fast-xml-parser';
import { SyntaxValidator } from 'fast-xml-validator';
import * as z from 'zod';
import { messageOf } from '../errors.ts';
import type { Element } from '../render/xml.ts';

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseAttributeValue: false,
  ignoreDeclaration: true,
  ignorePiTags: true,
  // Numeric references as well.
  htmlEntities: true,
});
const textName = '#text';
/** With `preserveOrder`, a node has its children under its own name, and its attributes under this one. */
const nodes = z.array(z.looseObject({ ':@': z.record(z.string(), z.string()).optional() }));

/** Elements and attributes of what Pacemaker's tools write; text between elements is left out. Throws SyntaxError. */
export function parseXml(text: string): Element {
  try {
    // The parser itself reads on over what is wrong.
    SyntaxValidator.validate(text);
  } catch (error) {
    throw new SyntaxError(messageOf(error), { cause: error });
  }
  const [root] = toElements(parser.parse(text));
  if (root === undefined) throw new SyntaxError('there is no element');
  return root;
}

function toElements(parsed: unknown): Element[] {
  return nodes.parse(parsed).flatMap(({ ':@': attributes = {}, ...own }) =>
    Object.entries(own).flatMap(([name, children]) => (name === textName ? [] : [{ name, attributes, children: toElements(children) }])),
  );
}

/** The elements of that name at any depth, in the order of the document. */
export function elementsOf(root: Element, name: string): Element[] {
  return root.children.flatMap((child) => [...(child.name === name ? [child] : []), ...elementsOf(child, name)]);
}
