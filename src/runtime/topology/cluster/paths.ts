import { filesMountPath } from '../container.ts';

/**
 * Where a node sees `<state>/cluster/`: Corosync's configuration, the key of its traffic, and Pacemaker's configuration for
 * a cluster that begins.
 */
export const clusterMountPath = '/run/haplat-cluster';
export const authkeyFile = 'authkey';
export const cibFile = 'cib.xml';
export const corosyncFile = 'corosync.conf';
export const traefikConfig = `${filesMountPath}/traefik.yml`;

/** Scripts of the image. */
const scripts = '/usr/local/lib/haplat';
export const alertPath = `${scripts}/alert`;
export const clusterStateCommand = [`${scripts}/cluster-state`];
export const applyCibCommand = [`${scripts}/apply-cib`];
/** Every node reads its corosync.conf again. */
export const reloadCommand = ['corosync-cfgtool', '-R'];
export const alertRecipient = '/run/alerts.fifo';

/** A volume that only the proxies and the cluster's nodes have. */
export const fencingVolume = 'fencing';
export const fencingMountPath = '/run/haplat-fencing';

/** Where a proxy listens for the nodes' fence agents. */
export function fencingSocket(proxy: string): string {
  return `${fencingMountPath}/${proxy}.sock`;
}
