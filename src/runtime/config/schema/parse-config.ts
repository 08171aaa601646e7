import * as z from 'zod';
import { checkConfig } from './checks.ts';
import type { ConfigProblem } from './config-problem.ts';
import { configSchema, type Config } from './config.ts';
import { keyPath, nearest } from './key-path.ts';

export type ParsedConfig =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly problems: readonly ConfigProblem[] };

/** Checks a configuration: first each key for itself, then what keys say together. Fills in the defaults. Pure. */
export function parseConfig(input: unknown): ParsedConfig {
  const parsed = configSchema.safeParse(input ?? {});
  if (!parsed.success) return { ok: false, problems: parsed.error.issues.flatMap(toProblems) };
  const problems = checkConfig(parsed.data);
  return problems.length > 0 ? { ok: false, problems } : { ok: true, config: parsed.data };
}

function toProblems(issue: z.core.$ZodIssue): ConfigProblem[] {
  const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(path, key));
  return [{ path, message: issue.message, remedy: path.length === 0 ? 'see "haplat init" for one with all keys' : `correct ${keyPath(path)}, or remove it to have the default` }];
}

function unknownKey(parent: readonly (string | number)[], key: string): ConfigProblem {
  const known = knownKeys(parent);
  const close = nearest(key, known);
  return {
    path: [...parent, key],
    message: 'there is no such key',
    remedy: close === undefined ? `known here: ${known.join(', ')}` : `did you mean ${keyPath([...parent, close])}?`,
  };
}

function knownKeys(parent: readonly (string | number)[]): string[] {
  let schema: unknown = z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' });
  for (const part of parent) schema = propertiesOf(schema)[part];
  return Object.keys(propertiesOf(schema));
}

function propertiesOf(schema: unknown): Record<string, unknown> {
  const properties = isRecord(schema) ? schema['properties'] : undefined;
  return isRecord(properties) ? properties : {};
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
