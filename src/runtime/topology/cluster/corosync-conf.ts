import { render } from '../../render/render.ts';
import type { TopologyContext } from '../context.ts';
import { clusterMembers } from './members.ts';

/** Corosync's configuration, the same on every node. `keyFile`: where a node finds the key of their traffic. */
export function corosyncConf({ config, templates }: TopologyContext, keyFile: string): string {
  return render(templates, 'cluster/corosync.conf.eta', { cluster: config.project, keyFile, nodes: clusterMembers(config) });
}
