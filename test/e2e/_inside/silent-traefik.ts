/**
 * silent-traefik.ts idle|busy: plays a Traefik that answers the check of its node, and then no more: because it waits for
 * ever, or because it has more to do than it can. Prints after how many connections of the check's that was announced.
 */
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';

const [mode = ''] = process.argv.slice(2);
const port = 8082;
const stateFile = '/run/traefik.state';
const spinMs = 20;
const deadlineMs = 50_000;
// What the check looks for in /proc.
process.title = 'traefik';

let silent = false;
let connections = 0;
const server = createServer((socket) => {
  if (silent) connections += 1;
  socket.on('error', () => socket.destroy());
  socket.on('data', () => {
    if (!silent) socket.write('HTTP/1.1 200 OK\r\n\r\n');
  });
});

function keepBusy(): void {
  const until = performance.now() + spinMs;
  while (performance.now() < until);
  setImmediate(keepBusy);
}

function announced(): string {
  try {
    return readFileSync(stateFile, 'utf8').trim();
  } catch {
    return '';
  }
}

setTimeout(() => process.exit(1), deadlineMs).unref();
execFileSync('mkfifo', ['/run/pause.fifo']);
server.listen(port, '127.0.0.1', () => {
  const check = spawn('bash', ['/repo/templates/keepalived/check-loop'], {
    stdio: 'inherit',
    env: {
      ...process.env, STATE_FILE: stateFile, REACH_FILE: '/run/reach.state', PEERS: '', HANDOVER_PORT: '1', CHECK_PORT: String(port),
      CHECK_INTERVAL_MS: '100', CHECK_TIMEOUT_MS: '250', CHECK_FAILURES: '2', CHECK_RISES: '2',
    },
  });
  setInterval(() => {
    if (!silent && announced() === '0') {
      silent = true;
      if (mode === 'busy') keepBusy();
    }
    if (silent && announced() === '1') {
      process.stdout.write(`${connections}\n`);
      check.kill();
      process.exit();
    }
  }, 10);
});
