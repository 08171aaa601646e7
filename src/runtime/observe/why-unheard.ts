import type { Engine } from '../engine/port.ts';

type NodeEngine = Pick<Engine, 'exec' | 'inspectContainer' | 'logs'>;

/** A node says so for the first few packets only, and then nothing for a while. */
const lines = 200;
/** RFC 9568, 5.2.8: the checksum covers the addresses as well, so that a packet whose sender was rewritten is refused. */
const refused = /Invalid VRRPv3 checksum from (\S+)/;
/** Whether somebody listens there does not matter: a refusal has come from the other side, too. */
const connect = 'exec 3<>"/dev/tcp/$0/443"';
const connectWithinS = 1;

/** Why nodes that should hear each other's announcements do not, as far as their logs and a try tell. By container names. */
export async function whyUnheard(engine: NodeEngine, containers: readonly string[]): Promise<string | undefined> {
  for (const container of containers) {
    for await (const { text } of engine.logs(container, { tail: lines })) {
      const sender = refused.exec(text)?.[1];
      if (sender !== undefined) {
        return `announcements arrive as if ${sender} had sent them: a rule of the host rewrites addresses inside the network; "iptables -t nat -S POSTROUTING" shows it, and one for a bridge that is gone can be deleted`;
      }
    }
  }
  const [first, second] = containers;
  if (first === undefined || second === undefined || (await reaches(engine, first, second))) return undefined;
  return 'neither reaches the other: a firewall of the host may drop what its bridges carry; where it was reloaded, the rules of the Engine went with it, and a restart of the Engine brings them back';
}

/** Also where it can't be tried: nothing speaks against it then. */
async function reaches(engine: NodeEngine, from: string, to: string): Promise<boolean> {
  const addresses = Object.values((await engine.inspectContainer(to))?.addresses ?? {});
  const tries = await Promise.all(addresses.map((address) => answers(engine, from, address).catch(() => true)));
  return addresses.length === 0 || tries.some((answered) => answered);
}

async function answers(engine: NodeEngine, from: string, address: string): Promise<boolean> {
  const command = ['timeout', String(connectWithinS), 'bash', '-c', connect, address];
  const { exitCode, stderr } = await engine.exec(from, command, { timeoutMs: 5_000 });
  return exitCode === 0 || stderr.includes('refused');
}
