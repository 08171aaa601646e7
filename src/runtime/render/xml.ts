/** An element of an XML document that has no text, only attributes and children: all that the cluster's configuration needs. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Element[];
}

export function element(name: string, attributes: Readonly<Record<string, string>>, children: readonly Element[] = []): Element {
  return { name, attributes, children };
}

/** The element as text, one line each, two spaces a level, with a line feed at the end. */
export function toXml(root: Element): string {
  return `${lines(root, '').join('\n')}\n`;
}

function lines({ name, attributes, children }: Element, indent: string): string[] {
  const head = [name, ...Object.entries(attributes).map(([key, value]) => `${key}="${attributeValue(value)}"`)].join(' ');
  if (children.length === 0) return [`${indent}<${head}/>`];
  return [`${indent}<${head}>`, ...children.flatMap((child) => lines(child, `${indent}  `)), `${indent}</${name}>`];
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const breaks: Readonly<Record<string, string>> = { '\n': '&#10;', '\t': '&#9;' };

/** Text for an element or an attribute, of XML and of HTML. Control characters, which XML has no place for, become U+FFFD. */
export function escaped(text: string): string {
  return text.replace(/[^\P{Cc}\t\n\r]|[\ufffe\uffff]/gu, '\ufffd').replace(/[&<>"']/g, (char) => entities[char] ?? char);
}

/** A parser makes spaces of the breaks in an attribute that are not written as references. */
function attributeValue(text: string): string {
  return escaped(text).replace(/[\n\t]/g, (char) => breaks[char] ?? char);
}
