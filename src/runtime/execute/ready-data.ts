import type { Engine } from '../engine/port.ts';
import { OperationError } from '../errors.ts';

const timeoutMs = 60_000;

interface DataReadying {
  readonly subject: string;
  /** The container that has the data, and serves until one of another image takes it over. */
  readonly container: string;
  readonly command: readonly string[];
}

/** Lets a container ready its data for another version, while it still can. OperationError with what it said when it can't. */
export async function readyData(engine: Pick<Engine, 'exec'>, { subject, container, command }: DataReadying): Promise<void> {
  const { exitCode, stdout, stderr } = await engine.exec(container, command, { timeoutMs });
  if (exitCode === 0) return;
  throw new OperationError(`${subject} can't ready its data for another version: "${command.join(' ')}" ended with exit code ${exitCode}`, {
    remedy: `nothing was changed: keep the image that it has until that succeeds ("haplat logs ${subject}" may tell why it does not)`,
    details: `${stdout}\n${stderr}`.split('\n').filter((line) => line.trim() !== '').slice(-10),
  });
}
