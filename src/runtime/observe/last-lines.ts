import { stripVTControlCharacters } from 'node:util';
import type { Engine } from '../engine/port.ts';

const shownLogLines = 15;

/** The end of a container's log, each line with its name before it: what was waited for in vain may say why. */
export async function lastLines(engine: Pick<Engine, 'logs'>, name: string): Promise<string[]> {
  const lines: string[] = [];
  try {
    for await (const line of engine.logs(name, { tail: shownLogLines })) lines.push(`${name} | ${stripVTControlCharacters(line.text)}`);
  } catch {
    lines.push(`${name} | (no log to be had)`);
  }
  return lines;
}
