import { join } from 'node:path';
import type { Engine } from '../engine/port.ts';
import { OperationError } from '../errors.ts';
import { writeAtomic } from '../files/atomic-file.ts';
import { hashAttribute, type ClusterConfiguration } from '../topology/cluster/cib.ts';
import { applyCibCommand, cibFile, corosyncFile, reloadCommand } from '../topology/cluster/paths.ts';
import { clusterFolder } from '../topology/state-paths.ts';
import { elementsOf, parseXml } from './parse-xml.ts';

const queryTimeoutMs = 10_000;
const applyTimeoutMs = 60_000;

/** Writes the configuration that a cluster begins with. One that runs has Pacemaker's already, and reloads Corosync's. */
export async function writeClusterFiles(stateDirectory: string, { cib, corosync }: ClusterConfiguration): Promise<void> {
  await writeAtomic(join(clusterFolder(stateDirectory), cibFile), cib, { mode: 0o644 });
  await writeAtomic(join(clusterFolder(stateDirectory), corosyncFile), corosync, { mode: 0o644 });
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

/** Has the nodes that run learn from Corosync's configuration, as it was written, who is a node. OperationError when none does. */
export async function reloadMembers(engine: Pick<Engine, 'exec'>, containers: readonly string[]): Promise<void> {
  for (const container of containers) {
    if ((await query(engine, container, reloadCommand)) !== undefined) return;
  }
  throw new OperationError('no node of the cluster takes its new list of nodes', { remedy: 'look at "haplat status" and "haplat logs lb_1"' });
}

/**
 * Replaces the cluster's live configuration at once. The cluster restarts only resources whose own parameters changed.
 * What it keeps itself (its nodes, and which of them are on standby) stays; nodes that it is no longer to have are
 * forgotten before: what fails there is seen, and tried again, as the configuration is not the new one yet. OperationError
 * when no node takes it.
 */
export async function applyConfiguration(engine: Pick<Engine, 'exec'>, containers: readonly string[], { sections, members }: ClusterConfiguration): Promise<void> {
  await reloadMembers(engine, containers);
  for (const container of containers) {
    const known = await query(engine, container, queryNodes);
    if (known === undefined) continue;
    await forgetOthers(engine, container, known, members);
    const nodes = await query(engine, container, queryNodes);
    if (nodes === undefined) continue;
    const stdin = `<configuration>\n${sections}${nodes}</configuration>\n`;
    const { exitCode, stdout, stderr } = await engine.exec(container, applyCibCommand, { timeoutMs: applyTimeoutMs, stdin });
    if (exitCode === 0) return;
    throw new OperationError(`the cluster did not take its new configuration (exit code ${exitCode})`, {
      remedy: 'the old one is still in force; mend what is named below and run "haplat up" again',
      details: linesOf(`${stdout}\n${stderr}`),
    });
  }
  throw new OperationError('no node of the cluster answers', { remedy: 'look at "haplat status" and "haplat logs lb_1"' });
}

const queryNodes = ['cibadmin', '--query', '--scope', 'nodes'];

/** A former node would be waited for, and fenced. */
async function forgetOthers(engine: Pick<Engine, 'exec'>, container: string, nodes: string, members: readonly string[]): Promise<void> {
  const known = elementsOf(parseXml(nodes), 'node').flatMap(({ attributes }) => attributes['uname'] ?? []);
  for (const name of known.filter((one) => !members.includes(one))) {
    const { exitCode, stdout, stderr } = await engine.exec(container, ['crm_node', '--force', '--remove', name], { timeoutMs: queryTimeoutMs });
    if (exitCode === 0) continue;
    throw new OperationError(`the cluster does not forget its former node ${name} (exit code ${exitCode})`, {
      remedy: 'mend what is named below and run "haplat up" again',
      details: linesOf(`${stdout}\n${stderr}`),
    });
  }
}

const linesOf = (text: string): string[] => text.split('\n').filter((line) => line.trim() !== '');

async function query(engine: Pick<Engine, 'exec'>, container: string, command: readonly string[]): Promise<string | undefined> {
  try {
    const { exitCode, stdout } = await engine.exec(container, command, { timeoutMs: queryTimeoutMs });
    return exitCode === 0 ? stdout : undefined;
  } catch {
    // It may have died just now: another one is asked.
    return undefined;
  }
}
