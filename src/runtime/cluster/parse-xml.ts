import type { Element } from '../render/xml.ts';

const token = /<\?[\s\S]*?\?>|<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>|<(?<close>\/)?(?<name>[\w:.-]+)(?<attributes>(?:\s+[\w:.-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(?<empty>\/)?>/g;
const attribute = /(?<key>[\w:.-]+)\s*=\s*(?:"(?<double>[^"]*)"|'(?<single>[^']*)')/g;
const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

interface Open {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
}

/** Elements and attributes of what Pacemaker's tools write; text between elements is left out. Throws SyntaxError. */
export function parseXml(text: string): Element {
  const document: Open = { name: '', attributes: {}, children: [] };
  const open: Open[] = [document];
  for (const { groups } of text.matchAll(token)) {
    if (groups?.['name'] === undefined) continue;
    const { name, close, attributes = '', empty } = groups;
    if (close !== undefined) {
      const ended = open.pop();
      if (ended?.name !== name || open.length === 0) throw new SyntaxError(`</${name}> ends nothing`);
      continue;
    }
    const begun: Open = { name, attributes: parseAttributes(attributes), children: [] };
    open.at(-1)?.children.push(begun);
    if (empty === undefined) open.push(begun);
  }
  const [root] = document.children;
  if (open.length > 1 || root === undefined) throw new SyntaxError(open.length > 1 ? `<${open.at(-1)?.name ?? ''}> does not end` : 'there is no element');
  return root;
}

/** The elements of that name at any depth, in the order of the document. */
export function elementsOf(root: Element, name: string): Element[] {
  return root.children.flatMap((child) => [...(child.name === name ? [child] : []), ...elementsOf(child, name)]);
}

function parseAttributes(text: string): Record<string, string> {
  return Object.fromEntries([...text.matchAll(attribute)].map(({ groups }) => [groups?.['key'] ?? '', unescaped(groups?.['double'] ?? groups?.['single'] ?? '')]));
}

function unescaped(text: string): string {
  return text.replace(/&(?:#(?<decimal>\d+)|#x(?<hex>[0-9a-f]+)|(?<name>\w+));/gi, (whole, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) return entities[name] ?? whole;
    return String.fromCodePoint(hex === undefined ? Number(decimal) : parseInt(hex, 16));
  });
}
