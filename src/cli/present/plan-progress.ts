import { Listr, ListrLogger, ProcessOutput, type ListrTask } from 'listr2';
import type { ExecutionEvent } from '../../runtime/execute/events.ts';
import type { Operation, Plan } from '../../runtime/plan/operation.ts';
import type { GlobalOptions } from '../invocation.ts';
import { formatSeconds } from './text.ts';

/** How often elapsed times are redrawn. */
const tickMs = 100;

/**
 * Shows a plan being carried out, on stderr: on a terminal one live line for each service with its elapsed time,
 * elsewhere one plain line as each is done.
 */
export class PlanProgress {
  readonly #options: GlobalOptions;
  readonly #subjects = new Map<string, SubjectProgress>();
  #finished: Promise<void> = Promise.resolve();

  constructor(options: GlobalOptions) {
    this.#options = options;
  }

  begin(plan: Plan): void {
    for (const operation of plan.operations) {
      const subject = this.#subjects.get(operation.subject) ?? new SubjectProgress(operation.subject);
      subject.expect(operation);
      this.#subjects.set(operation.subject, subject);
    }
    if (this.#isLive()) this.#finished = this.#draw();
  }

  take(event: ExecutionEvent): void {
    const subject = this.#subjects.get(event.operation.subject);
    if (subject === undefined) return;
    subject.take(event);
    if (this.#options.quiet || this.#isLive()) return;
    if (subject.isDone && event.type === 'succeeded') process.stderr.write(`✔ ${subject.name}: ${subject.outcome}\n`);
    if (event.type === 'failed') process.stderr.write(`✖ ${event.operation.id}\n`);
  }

  /** Ends what is drawn, whatever is still open. */
  async end(): Promise<void> {
    for (const subject of this.#subjects.values()) subject.abandon();
    await this.#finished;
  }

  #isLive(): boolean {
    return process.stderr.isTTY && !this.#options.quiet;
  }

  async #draw(): Promise<void> {
    const tasks = [...this.#subjects.values()].map((subject): ListrTask => subject.asTask());
    const logger = new ListrLogger({ useIcons: false, toStderr: [], processOutput: new ProcessOutput(process.stderr, process.stderr) });
    const rendererOptions = { logger, formatOutput: 'truncate' } as const;
    const list = new Listr(tasks, {
      concurrent: true,
      exitOnError: false,
      // Its own handler would exit the process and so skip healing: Ctrl-C is ours.
      registerSignalListeners: false,
      fallbackRendererCondition: false,
      rendererOptions,
      // It falls back where stdout is no terminal, to one that writes there: that is for the result, and we draw on stderr.
      fallbackRenderer: 'default',
      fallbackRendererOptions: rendererOptions,
    });
    await list.run().catch(() => undefined);
  }
}

/** What is known of one service's (or network's, image's) operations. */
class SubjectProgress {
  readonly name: string;
  readonly #open = new Set<string>();
  readonly #ended = Promise.withResolvers<undefined>();
  #startedAtMs: number | undefined;
  #last: Operation | undefined;
  #endedAtMs = 0;
  #doing = '';

  constructor(name: string) {
    this.name = name;
    // Where nothing is drawn nobody waits for it.
    this.#ended.promise.catch(() => undefined);
  }

  get isDone(): boolean {
    return this.#open.size === 0;
  }

  get outcome(): string {
    return `${words[this.#last?.kind ?? 'await-healthy']} (${formatSeconds(this.#endedAtMs - (this.#startedAtMs ?? this.#endedAtMs))})`;
  }

  expect(operation: Operation): void {
    this.#open.add(operation.id);
  }

  take(event: ExecutionEvent): void {
    if (event.type === 'started') {
      this.#startedAtMs ??= event.atMs;
      this.#doing = event.operation.kind.replace('-', ' ');
    }
    if (event.type === 'progress') this.#doing = event.text;
    if (event.type === 'failed') this.#ended.reject(event.error);
    if (event.type !== 'succeeded') return;
    this.#open.delete(event.operation.id);
    this.#last = event.operation;
    this.#endedAtMs = event.atMs;
    if (this.isDone) this.#ended.resolve(undefined);
  }

  abandon(): void {
    this.#ended.reject(new Error('not done'));
  }

  asTask(): ListrTask {
    return {
      title: this.name,
      task: async (_context, task) => {
        const show = (what: string) => { task.title = `${this.name}  ${what}`; };
        const tick = setInterval(() => {
          if (this.#startedAtMs !== undefined) show(`${this.#doing} (${formatSeconds(performance.now() - this.#startedAtMs)})`);
        }, tickMs);
        try {
          await this.#ended.promise;
          show(this.outcome);
        } finally {
          clearInterval(tick);
        }
      },
    };
  }
}

const words: Readonly<Record<Operation['kind'], string>> = {
  'ensure-image': 'image present',
  'check-data': 'data can be read',
  'ready-data': 'data is ready for another version',
  'create-network': 'created',
  'remove-network': 'removed',
  'create-volume': 'created',
  'remove-volume': 'removed',
  'write-files': 'files written',
  'write-secrets': 'secrets handed over',
  'create-container': 'created',
  'connect-network': 'connected',
  'start-container': 'started',
  'unpause-container': 'running again',
  'await-healthy': 'healthy',
  'await-candidate': 'healthy, may have the address',
  'await-route': 'healthy, routed to',
  'reload-members': 'told of new nodes',
  'await-member': 'healthy, a member',
  'apply-cib': 'configured',
  'stop-container': 'stopped',
  'remove-container': 'removed',
};
