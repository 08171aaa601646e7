import type { Engine } from '../../../src/runtime/engine/port.ts';

/** What Traefik's API says of these servers, by address, of its own service and of an older one's, as it comes through the shell. */
export function traefikAnswer(status: Readonly<Record<string, string>>): string {
  const serverStatus = Object.fromEntries(Object.entries(status).map(([address, state]) => [`http://${address}:3000`, state]));
  return `HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n${JSON.stringify([{ name: 'api@internal' }, { name: 'app@docker', serverStatus: { 'http://172.21.0.99:3000': 'UP' } }, { name: 'app-2@docker', serverStatus }])}\n`;
}

/** Commands in nodes, in which Traefik answers as told, question by question, the last answer for good; and who was asked. */
export function nodesWhere(answers: Readonly<Record<string, readonly string[]>>) {
  const asked: string[] = [];
  const exec: Engine['exec'] = (name) => {
    const own = answers[name] ?? [];
    const stdout = own[Math.min(asked.filter((one) => one === name).length, own.length - 1)] ?? '';
    asked.push(name);
    return Promise.resolve({ exitCode: 0, stdout, stderr: '' });
  };
  return { asked, exec };
}

/** Where the two replicas are in the network that they share with the load balancers. */
export const replicaAddresses: Readonly<Record<string, string>> = { 'haplat-app_1': '172.21.0.4', 'haplat-app_2': '172.21.0.5' };
