import type { Engine } from './port.ts';

/** Version 1.0 of HTTP, so that the answer comes in one piece and the connection ends. Forks nothing but cat. */
const script = [
  'exec 3<>"/dev/tcp/127.0.0.1/$0"',
  String.raw`printf 'GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n' "$1" >&3`,
  'cat <&3',
].join(' && ');

export interface InsideAnswer {
  readonly status: number;
  readonly body: string;
}

/**
 * GET on a container's own loopback address, from inside it: addresses of containers are not reached from every host. The
 * image must have bash. Undefined while nobody answers, or not within `timeoutMs`.
 */
export async function getInside(
  engine: Pick<Engine, 'exec'>,
  container: string,
  { port, path, timeoutMs }: { readonly port: number; readonly path: string; readonly timeoutMs: number },
): Promise<InsideAnswer | undefined> {
  try {
    const { stdout } = await engine.exec(container, ['bash', '-c', script, String(port), path], { timeoutMs });
    return parseAnswer(stdout);
  } catch {
    // It may have died just now; the next look tells.
    return undefined;
  }
}

/** Reads `HTTP/1.0 200 OK`, the headers and, after an empty line, the body. */
export function parseAnswer(text: string): InsideAnswer | undefined {
  const status = /^HTTP\/1\.[01] (?<status>\d{3})/.exec(text)?.groups?.['status'];
  const end = text.indexOf('\r\n\r\n');
  return status === undefined || end === -1 ? undefined : { status: Number(status), body: text.slice(end + 4) };
}
