import { Eta } from 'eta/core';

const eta = new Eta({ autoEscape: false, autoTrim: false, useWith: false, cache: false });
/** A line that holds one statement and nothing else leaves no trace, so that templates can be indented. */
const statementLine = /^[ \t]*(<%(?![=~]).*%>)[ \t]*\n/gm;

/** A template named by its path that does not exist, does not parse, or uses what it was not given. A bug of haplat's. */
export class RenderError extends Error {
  override readonly name = 'RenderError';
}

/**
 * Renders one of the templates (by its path below templates/). A variable that is missing or undefined is an error,
 * never an empty string.
 */
export function render(templates: Readonly<Record<string, string>>, path: string, variables: object): string {
  const text = plain(templates, path);
  try {
    return eta.renderString(text.replaceAll(statementLine, '$1'), strict(variables, 'it'));
  } catch (cause) {
    throw new RenderError(`templates/${path}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/** The text of a file below templates/ that is used as it is. */
export function plain(templates: Readonly<Record<string, string>>, path: string): string {
  const text = templates[path];
  if (text === undefined) throw new RenderError(`templates/${path} does not exist`);
  return text;
}

/** A view of the variables that throws where the plain object would say `undefined`. */
function strict<T extends object>(target: T, name: string): T {
  return new Proxy(target, {
    get(object, key, receiver) {
      const value: unknown = Reflect.get(object, key, receiver);
      if (typeof key === 'symbol') return value;
      if (value === undefined) throw new RenderError(`${name}.${key} is not given`);
      return typeof value === 'object' && value !== null ? strict(value, `${name}.${key}`) : value;
    },
  });
}
