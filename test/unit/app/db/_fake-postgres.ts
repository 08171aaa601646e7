import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';

/** Whether a connection is let in; one that is not waits for its welcome until it gives up, or is refused. Connections count from 1. */
export type Welcomes = (connection: number) => boolean | 'refused' | 'full';

const message = (type: string, ...parts: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
};
const int16 = (value: number): Buffer => Buffer.from([value >> 8, value & 255]);
const int32 = (value: number): Buffer => Buffer.concat([int16(value >> 16), int16(value & 65_535)]);
const text = (value: string): Buffer => Buffer.from(`${value}\0`);

const ready = message('Z', Buffer.from('I'));
const done = message('C', text('SELECT 1'));
const welcome = Buffer.concat([message('R', int32(0)), ready]);
// One row of one column: the boolean (type 16) false.
const column = Buffer.concat([text('standby'), int32(0), int16(0), int32(16), int16(1), int32(-1), int16(0)]);
const notStandby = Buffer.concat([message('T', int16(1), column), message('D', int16(1), int32(1), Buffer.from('f')), done, ready]);
const failure = (code: string, words: string): Buffer => message('E', text('SERROR'), text('VERROR'), text(`C${code}`), text(`M${words}`), Buffer.from([0]));
const noTable = Buffer.concat([failure('42P01', 'relation "items" does not exist'), ready]);
const readOnly = Buffer.concat([failure('25006', 'cannot execute INSERT in a read-only transaction'), ready]);
const noSlot = failure('53300', 'sorry, too many clients already');
const wrongPassword = failure('28P01', 'password authentication failed');
const noRows = Buffer.concat([message('1'), message('2'), message('n'), done, ready]);

/** What a statement meets: rows, a table that is not there, a server that takes no writes, or one that goes away. */
export type Answers = () => 'rows' | 'no table' | 'read-only' | 'gone';

/** Speaks as much of PostgreSQL's protocol as a pool needs; every statement returns no rows. Resolves to its port. */
export async function fakePostgres(welcomes: Welcomes, answers: Answers = () => 'rows'): Promise<{ readonly port: number; close: () => void }> {
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    connections += 1;
    const isWelcome = welcomes(connections);
    if (typeof isWelcome === 'string') socket.once('data', () => { socket.end({ refused: wrongPassword, full: noSlot }[isWelcome]); });
    else if (isWelcome) serve(socket, answers);
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = (): void => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { port: (server.address() as AddressInfo).port, close };
}

function serve(socket: Socket, answers: Answers): void {
  let isStarted = false;
  let rest: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      // The first message has no type.
      const lengthAt = isStarted ? 1 : 0;
      if (rest.length < lengthAt + 4) return;
      const end = lengthAt + rest.readInt32BE(lengthAt);
      if (rest.length < end) return;
      const type = isStarted ? String.fromCharCode(rest[0] ?? 0) : 'startup';
      isStarted = true;
      rest = rest.subarray(end);
      if (type === 'startup') socket.write(welcome);
      if (type === 'Q') socket.write(notStandby);
      if (type === 'S') answerTo(socket, answers());
    }
  });
}

function answerTo(socket: Socket, answer: ReturnType<Answers>): void {
  if (answer === 'gone') socket.destroy();
  else socket.write({ 'rows': noRows, 'no table': noTable, 'read-only': readOnly }[answer]);
}
