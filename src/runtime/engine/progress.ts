import * as z from 'zod';
import { OperationError } from '../errors.ts';
import { jsonLines } from './json-lines.ts';
import type { ProgressOptions } from './port.ts';

const progressLine = z.object({
  stream: z.string().optional(),
  status: z.string().optional(),
  id: z.string().optional(),
  progress: z.string().optional(),
  error: z.string().optional(),
});

/** How many of a build's last lines an error shows. */
const keptLines = 15;

/**
 * Follows a pull or a build to its end. The Engine answers 200 and reports a failure in the stream: it is thrown here,
 * with the last lines that came before it.
 */
export async function followProgress(stream: NodeJS.ReadableStream, options: ProgressOptions): Promise<void> {
  const last: string[] = [];
  for await (const raw of jsonLines(stream)) {
    const line = progressLine.safeParse(raw).data ?? {};
    if (line.error !== undefined) throw new OperationError(line.error.trim(), { details: last });
    const text = (line.stream ?? [line.id, line.status, line.progress].filter(Boolean).join(' ')).trim();
    if (text === '') continue;
    last.push(text);
    if (last.length > keptLines) last.shift();
    options.onProgress?.(text);
  }
}
