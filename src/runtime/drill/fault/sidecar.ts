import { OperationError } from '../../errors.ts';
import type { Engine } from '../../engine/port.ts';
import { waitUntil } from '../../wait-until.ts';
import { drillContainer } from '../drill-container.ts';

const endsWithinMs = 20_000;
const pollMs = 30;

export interface SidecarScript {
  readonly project: string;
  readonly name: string;
  readonly image: string;
  /** The container whose network namespace it works in. */
  readonly namespaceOf: string;
  /** For bash. */
  readonly script: string;
  /** `$0`, `$1`, … of the script. */
  readonly args: readonly string[];
}

/**
 * Runs a script in another container's network namespace, from an image that has the tools: the victim needs none, nor
 * the right to use them. Returns what it printed; OperationError when it failed or did not end.
 */
export async function runSidecar(engine: Engine, { project, name, image, namespaceOf, script, args }: SidecarScript): Promise<string> {
  // One of the same name has been left by who was interrupted in this very place.
  await engine.removeContainer(name);
  await engine.createContainer(drillContainer(project, 'sidecar', {
    name,
    hostname: 'drill',
    image,
    entrypoint: ['bash', '-c', script, ...args],
    user: '0:0',
    joins: namespaceOf,
    capAdd: ['NET_ADMIN'],
    pidsLimit: 32,
  }));
  try {
    await engine.startContainer(name);
    return await outputOf(engine, name);
  } finally {
    await engine.removeContainer(name);
  }
}

async function outputOf(engine: Engine, name: string): Promise<string> {
  const ended = await waitUntil(async () => {
    const details = await engine.inspectContainer(name);
    return details?.state === 'exited' ? details : undefined;
  }, { timeoutMs: endsWithinMs, pollMs });
  const lines: string[] = [];
  for await (const { text } of engine.logs(name, {})) lines.push(text);
  if (ended === undefined) throw new OperationError(`${name} did not end within ${endsWithinMs} ms`, { details: lines });
  if (ended.exitCode === 0) return lines.join('\n');
  throw new OperationError(lines.at(-1) ?? `exit code ${ended.exitCode}`, { details: lines });
}
