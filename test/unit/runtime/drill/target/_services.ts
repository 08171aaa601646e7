import type { DrillService } from '../../../../../src/runtime/drill/watch/platform-view.ts';

function service(name: string, changes: Partial<DrillService> = {}): DrillService {
  return { name, component: name.replace(/_\d+$/, ''), container: `p-${name}`, image: 'i', addresses: [], ...changes };
}

const all = [
  service('keepalived_1', { addresses: ['172.20.0.11', '172.21.0.11'] }),
  service('keepalived_2', { addresses: ['172.20.0.12'] }),
  service('traefik_1', { podOwner: 'keepalived_1' }),
  service('traefik_2', { podOwner: 'keepalived_2' }),
  service('app_1'), service('app_2'), service('worker_1'), service('worker_2'),
  service('db'), service('rabbitmq'), service('edge', { image: 'haplat/edge:1' }), service('guardian'),
];
export const services: ReadonlyMap<string, DrillService> = new Map(all.map((one) => [one.name, one]));
