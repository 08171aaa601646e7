import type * as z from 'zod';
import { HttpProblem, type FieldError } from './problem.ts';

const ERRORS_SHOWN = 20;

/** `["a", 0, "b/c"]` → `/a/0/b~1c` (RFC 6901). */
export const jsonPointer = (path: readonly PropertyKey[]): string =>
  path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

/** Checks a body; throws a 422 problem that points at each fault. */
export function validateBody<T extends z.ZodType>(schema: T, body: unknown): z.infer<T> {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const errors = result.error.issues.map((issue) => ({ pointer: jsonPointer(issue.path), detail: issue.message }));
  throw invalid(422, 'The body does not match its schema.', errors);
}

/** Checks path or query parameters; throws a 400 problem that names each wrong one. */
export function validateParameters<T extends z.ZodType>(schema: T, parameters: unknown): z.infer<T> {
  const result = schema.safeParse(parameters);
  if (result.success) return result.data;
  const errors = result.error.issues.map((issue) => ({ parameter: issue.path.join('.'), detail: issue.message }));
  throw invalid(400, 'A parameter is not valid.', errors);
}

const invalid = (status: number, detail: string, errors: readonly FieldError[]): HttpProblem =>
  new HttpProblem(status, detail, { kind: 'validation', errors: errors.slice(0, ERRORS_SHOWN) });
