import { plain } from '../render/render.ts';
import { clusterConfiguration } from '../topology/cluster/cib.ts';
import { clusterMembers } from '../topology/cluster/members.ts';
import type { TopologyContext } from '../topology/context.ts';

export interface ExportedFile {
  readonly path: string;
  readonly text: string | Buffer;
  readonly mode: number;
}

/** Where the files belong on a host; Debian's paths. */
const keyFile = '/etc/corosync/authkey';
const traefikConfig = '/etc/traefik/traefik.yml';

/**
 * The cluster for hosts of their own: the same Corosync and Pacemaker configuration without what only containers have
 * (fencing through the Engine, alerts for drills). Pure.
 */
export function exportCluster(context: TopologyContext, authkey: Buffer): ExportedFile[] {
  const members = clusterMembers(context.config);
  const { cib, corosync } = clusterConfiguration(context, { traefikConfig, keyFile, user: '', log: '/var/log/traefik.log', isContained: false });
  return [
    { path: 'corosync.conf', text: corosync, mode: 0o644 },
    { path: 'cib.xml', text: cib, mode: 0o644 },
    { path: 'authkey', text: authkey, mode: 0o600 },
    { path: 'ocf/haplat/traefik', text: plain(context.templates, 'cluster/ocf-traefik'), mode: 0o755 },
    { path: 'README.md', text: readme(members.map(({ name, address }) => `${name} (${address})`), context.config.loadBalancers.fencing), mode: 0o644 },
  ];
}

function readme(nodes: readonly string[], isFenced: boolean): string {
  return `# A cluster for ${nodes.length} hosts: ${nodes.join(', ')}

Written by \`haplat export cluster\`. On each host (Debian 12 or later), with these addresses and names:

1. \`apt-get install corosync pacemaker pacemaker-cli-utils resource-agents iputils-arping\`, and put Traefik at
   \`/usr/local/bin/traefik\` with its configuration at \`${traefikConfig}\`. It needs a \`ping\` entry point on
   \`127.0.0.1:8082\`.
2. \`install -m 0644 corosync.conf /etc/corosync/\`, \`install -m 0400 authkey ${keyFile}\`,
   \`install -D -m 0755 ocf/haplat/traefik /usr/lib/ocf/resource.d/haplat/traefik\`.
3. Debian has started both already, each host a cluster of its own. So, with the configuration in place before they start anew:
   \`systemctl stop pacemaker corosync\`, \`rm -f /var/lib/pacemaker/cib/*\`,
   \`install -m 0600 -o hacluster -g haclient cib.xml /var/lib/pacemaker/cib/cib.xml\`,
   \`systemctl enable corosync pacemaker\`, \`systemctl start corosync pacemaker\`.

Then \`crm_verify --live-check\` says what the cluster makes of it, and \`crm_mon -1\` who runs what.
${isFenced ? '\nFencing is on and there is no device yet: until you configure the one that your hosts have (fence_ipmilan, fence_xvm, …),\nthe cluster starts nothing. That is on purpose.\n' : ''}`;
}
