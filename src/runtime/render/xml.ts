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
  const head = [name, ...Object.entries(attributes).map(([key, value]) => `${key}="${escaped(value)}"`)].join(' ');
  if (children.length === 0) return [`${indent}<${head}/>`];
  return [`${indent}<${head}>`, ...children.flatMap((child) => lines(child, `${indent}  `)), `${indent}</${name}>`];
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\n': '&#10;', '\t': '&#9;' };

function escaped(text: string): string {
  return text.replace(/[&<>"\n\t]/g, (char) => entities[char] ?? char);
}
