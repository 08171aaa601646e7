import * as z from 'zod';
import { CURSOR_PATTERN } from './cursor.ts';
import { DATA_MAX_DEPTH, isStorableJson } from './storable.ts';

// All but tab, line feed and carriage return. In escapes that other languages read too: it goes into the OpenAPI document.
const controls = String.raw`\u0000-\u0008\u000b\u000c\u000e-\u001f`;
const plainText = new RegExp(`^[^${controls}]*$`);

// PostgreSQL's text holds no NUL, nobody needs the other control characters, and half of a surrogate pair is no text at all.
const text = (min: number, max: number) =>
  z
    .string()
    .min(min)
    .max(max)
    .regex(plainText, { message: 'must not contain control characters' })
    .refine((value) => value.isWellFormed(), { message: 'must not contain unpaired surrogates' });

const name = text(1, 200).meta({ description: 'What people call it' });
const description = text(0, 10_000).nullable();
const data = z
  .record(z.string(), z.unknown())
  .refine((value) => isStorableJson(value), {
    message: `must not be nested deeper than ${DATA_MAX_DEPTH} nor contain numbers beyond the range of a double`,
  })
  .nullable()
  .meta({ description: 'Any JSON. Integers beyond ±(2^53 - 1), which many readers would alter, are refused: send them as strings' });
const key = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[A-Za-z0-9._:-]+$/)
  .meta({ description: 'A unique name given by the client; a second item with it is refused' });

export const newItemSchema = z.strictObject({ name, description: description.optional(), data: data.optional(), key: key.optional() });
export type NewItem = z.infer<typeof newItemSchema>;

/** PUT replaces: what is left out is emptied. The key stays. */
export const itemUpdateSchema = z.strictObject({ name, description: description.optional(), data: data.optional() });
export type ItemUpdate = z.infer<typeof itemUpdateSchema>;

const itemStatuses = ['new', 'processing', 'processed'] as const;

export const itemSchema = z.object({
  id: z.uuid(),
  key: z.string().nullable(),
  name: z.string(),
  description: z.string().nullable(),
  data: z.record(z.string(), z.unknown()).nullable(),
  status: z.enum(itemStatuses),
  processedCount: z.int().min(0).meta({ description: 'Jobs whose effect has been applied to the item' }),
  version: z.int().min(1).meta({ description: 'Counts the changes; the ETag' }),
  createdAt: z.iso.datetime({ offset: true }),
  updatedAt: z.iso.datetime({ offset: true }),
});

export const itemPageSchema = z.object({ items: z.array(itemSchema), nextCursor: z.string().nullable() });

export const cursorSchema = z.string().regex(CURSOR_PATTERN, { message: 'is not a cursor of this API' });

const PAGE_MAX = 100;
const PAGE_DEFAULT = 50;

export const itemQuerySchema = z.object({
  limit: z.coerce.number().int().min(1).max(PAGE_MAX).default(PAGE_DEFAULT).meta({ description: 'At most so many; a page of large items ends before' }),
  cursor: cursorSchema.optional(),
  key: key.optional(),
});
export type ItemQuery = z.infer<typeof itemQuerySchema>;

export const itemParamsSchema = z.object({ id: z.uuid() });
