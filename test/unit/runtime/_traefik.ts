/** What Traefik's API says of these servers, by address, of its own service and of an older one's, as it comes through the shell. */
export function traefikAnswer(status: Readonly<Record<string, string>>): string {
  const serverStatus = Object.fromEntries(Object.entries(status).map(([address, state]) => [`http://${address}:3000`, state]));
  return `HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n${JSON.stringify([{ name: 'api@internal' }, { name: 'app@docker', serverStatus: { 'http://172.21.0.99:3000': 'UP' } }, { name: 'app-2@docker', serverStatus }])}\n`;
}
