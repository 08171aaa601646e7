import type { Engine } from '../engine/port.ts';
import type { ExecutionEvent } from '../execute/events.ts';
import { readVipHolders } from '../observe/vip-holders.ts';
import type { Plan } from '../plan/operation.ts';
import { addressNodes } from '../topology/cluster/members.ts';
import type { Topology } from '../topology/topology.ts';
import { type Deadline, waitUntil } from '../wait-until.ts';

const pollMs = 100;
const node = /^(keepalived|lb)_\d+$/;

/** How long nobody has the virtual address while another manager takes over. Measures only; changes nothing. */
export class VipGap {
  readonly #removals: ReadonlySet<string>;
  #fromMs: number | undefined;

  /** Of a plan that removes nodes of a manager and creates some of another. */
  constructor(plan: Plan) {
    const subjects = (kind: string) => plan.operations.filter((one) => one.kind === kind && node.test(one.subject)).map(({ subject }) => subject);
    const created = new Set(subjects('create-container'));
    const removed = subjects('remove-container').filter((subject) => !created.has(subject));
    const isSwitch = created.size > 0 && removed.some((subject) => [...created].every((other) => other.split('_')[0] !== subject.split('_')[0]));
    this.#removals = new Set(isSwitch ? removed : []);
  }

  take(event: ExecutionEvent): void {
    if (event.type === 'started' && event.operation.kind === 'remove-container' && this.#removals.has(event.operation.subject)) this.#fromMs ??= event.atMs;
  }

  /** Milliseconds from the first removal until a new node has the address; undefined where no manager was changed. */
  async measure(engine: Engine, topology: Topology, vip: string, options: Deadline): Promise<number | undefined> {
    const fromMs = this.#fromMs;
    if (fromMs === undefined) return undefined;
    const nodes = addressNodes(topology);
    return waitUntil(async () => ((await readVipHolders(engine, vip, nodes)).holders.length > 0 ? performance.now() - fromMs : undefined), { ...options, pollMs });
  }
}
