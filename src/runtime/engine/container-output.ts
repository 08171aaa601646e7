import { Readable, type Duplex } from 'node:stream';
import type Dockerode from 'dockerode';
import { InterruptedError, OperationError } from '../errors.ts';
import { demux, toLines } from './demux.ts';
import type { ExecOptions, ExecResult, LogLine, LogOptions } from './port.ts';

/** Runs a command in a container and collects what it prints. Gives up, but cannot kill it, when `timeoutMs` have passed. */
export async function execIn(
  container: Dockerode.Container,
  command: readonly string[],
  options: ExecOptions,
): Promise<ExecResult> {
  const limit = AbortSignal.any([AbortSignal.timeout(options.timeoutMs), ...(options.signal ? [options.signal] : [])]);
  try {
    const { exec, stream } = await start(container, command, options, limit);
    const output = await collectUntil(stream, limit);
    return { ...output, exitCode: (await exec.inspect({ abortSignal: limit })).ExitCode ?? -1 };
  } catch (error) {
    if (!limit.aborted) throw error;
    if (options.signal?.aborted === true) throw new InterruptedError();
    throw new OperationError(`${command.join(' ')}: no answer within ${options.timeoutMs} ms`, { cause: error });
  }
}

async function start(container: Dockerode.Container, command: readonly string[], { stdin, user }: ExecOptions, limit: AbortSignal) {
  const withInput = stdin !== undefined;
  const exec = await container.exec({
    Cmd: [...command],
    AttachStdin: withInput,
    AttachStdout: true,
    AttachStderr: true,
    ...(user !== undefined && { User: user }),
    abortSignal: limit,
  });
  const stream = await exec.start({ hijack: withInput, stdin: withInput, abortSignal: limit });
  if (withInput) stream.end(stdin);
  return { exec, stream };
}

/** The signal of the request no longer ends a stream that has taken its connection over. */
async function collectUntil(stream: Duplex, limit: AbortSignal): Promise<{ stdout: string; stderr: string }> {
  const end = () => stream.destroy(new Error('too late'));
  limit.addEventListener('abort', end, { once: true });
  try {
    return await collect(stream);
  } finally {
    limit.removeEventListener('abort', end);
    stream.destroy();
  }
}

async function collect(stream: AsyncIterable<Buffer | string>): Promise<{ stdout: string; stderr: string }> {
  const chunks = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  for await (const frame of demux(stream)) chunks[frame.stream].push(frame.bytes);
  return { stdout: Buffer.concat(chunks.stdout).toString('utf8'), stderr: Buffer.concat(chunks.stderr).toString('utf8') };
}

/** A container's log as lines, each with the Engine's time stamp. */
export async function* linesOf(source: AsyncIterable<Buffer | string>): AsyncIterable<LogLine> {
  for await (const { stream, text } of toLines(demux(source))) {
    const space = text.indexOf(' ');
    yield { stream, at: new Date(text.slice(0, space)), text: text.slice(space + 1).replace(/\r$/, '') };
  }
}

/** What it has written, or goes on writing, as the Engine sends it. */
export async function openLogs(container: Dockerode.Container, options: LogOptions): Promise<AsyncIterable<Buffer | string>> {
  const common = {
    stdout: true,
    stderr: true,
    timestamps: true,
    ...(options.tail !== undefined && { tail: options.tail }),
    ...(options.since !== undefined && { since: options.since.getTime() / 1000 }),
  };
  if (options.follow !== true) return Readable.from([await container.logs({ ...common, follow: false })]);
  const stream = await container.logs({ ...common, follow: true });
  if (options.signal !== undefined) endOnAbort(stream, options.signal);
  return stream;
}

/** Ends a stream of the Engine without an error when the signal aborts. */
export function endOnAbort(stream: NodeJS.ReadableStream, signal: AbortSignal): void {
  const end = () => {
    if (!(stream instanceof Readable)) return;
    stream.push(null);
    stream.destroy();
  };
  if (signal.aborted) end();
  else signal.addEventListener('abort', end, { once: true });
}
