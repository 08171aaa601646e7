import { join } from 'node:path';
import type { Engine } from '../engine/port.ts';
import { OperationError } from '../errors.ts';
import { writeAtomic } from '../files/atomic-file.ts';
import { hashAttribute, type ClusterConfiguration } from '../topology/cluster/cib.ts';
import { applyCibCommand, cibFile } from '../topology/cluster/paths.ts';
import { clusterFolder } from './authkey.ts';

const queryTimeoutMs = 10_000;
const applyTimeoutMs = 60_000;

/** Writes the configuration that a cluster begins with; one that runs already has its own. */
export async function writeFirstCib(stateDirectory: string, { cib }: ClusterConfiguration): Promise<void> {
  await writeAtomic(join(clusterFolder(stateDirectory), cibFile), cib, { mode: 0o644 });
}

/** The hash of the configuration that the cluster has, by the first of these nodes that answers; undefined: none does. */
export async function readConfigurationHash(engine: Pick<Engine, 'exec'>, containers: readonly string[]): Promise<string | undefined> {
  for (const container of containers) {
    const found = await query(engine, container, ['cibadmin', '--query', '--xpath', `//nvpair[@name='${hashAttribute}']`]);
    const hash = found === undefined ? undefined : / value="(?<hash>[^"]*)"/.exec(found)?.groups?.['hash'];
    if (hash !== undefined) return hash;
  }
  return undefined;
}

/**
 * Replaces the cluster's live configuration at once. The cluster restarts only resources whose own parameters changed.
 * What it keeps itself (its nodes, and which of them are on standby) stays. OperationError when no node takes it.
 */
export async function applyConfiguration(engine: Pick<Engine, 'exec'>, containers: readonly string[], { sections }: ClusterConfiguration): Promise<void> {
  for (const container of containers) {
    const nodes = await query(engine, container, ['cibadmin', '--query', '--scope', 'nodes']);
    if (nodes === undefined) continue;
    const stdin = `<configuration>\n${sections}${nodes}</configuration>\n`;
    const { exitCode, stdout, stderr } = await engine.exec(container, applyCibCommand, { timeoutMs: applyTimeoutMs, stdin });
    if (exitCode === 0) return;
    throw new OperationError(`the cluster did not take its new configuration (exit code ${exitCode})`, {
      remedy: 'the old one is still in force; mend what is named below and run "haplat up" again',
      details: `${stdout}\n${stderr}`.split('\n').filter((line) => line.trim() !== ''),
    });
  }
  throw new OperationError('no node of the cluster answers', { remedy: 'look at "haplat status" and "haplat logs lb_1"' });
}

async function query(engine: Pick<Engine, 'exec'>, container: string, command: readonly string[]): Promise<string | undefined> {
  try {
    const { exitCode, stdout } = await engine.exec(container, command, { timeoutMs: queryTimeoutMs });
    return exitCode === 0 ? stdout : undefined;
  } catch {
    // It may have died just now: another one is asked.
    return undefined;
  }
}
