import * as z from 'zod';

/** The largest message that a worker looks into. Ours have some 200 bytes. */
export const MESSAGE_MAX_BYTES = 65_536;

const messageSchema = z.object({
  type: z.string().max(100),
  jobId: z.uuid(),
  itemId: z.uuid(),
});

/** What travels through the queue: which job. All else is in the database. */
export type JobMessage = z.infer<typeof messageSchema>;

export type ParsedMessage =
  | { readonly ok: true; readonly message: JobMessage }
  | { readonly ok: false; readonly reason: 'too-large' | 'not-json' | 'invalid' };

/** Reads a message that may be anything. Never throws. */
export function parseMessage(content: Buffer): ParsedMessage {
  if (content.length > MESSAGE_MAX_BYTES) return { ok: false, reason: 'too-large' };
  let json: unknown;
  try {
    json = JSON.parse(content.toString('utf8'));
  } catch {
    return { ok: false, reason: 'not-json' };
  }
  const parsed = messageSchema.safeParse(json);
  return parsed.success ? { ok: true, message: parsed.data } : { ok: false, reason: 'invalid' };
}

export const serializeMessage = (message: JobMessage): Buffer => Buffer.from(JSON.stringify(message));
