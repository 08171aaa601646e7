import { homedir } from 'node:os';
import type { Command } from 'commander';
import type { LoadedConfig, LoadOptions } from '../runtime/config/load-config.ts';
import type { Engine } from '../runtime/engine/port.ts';

/** The options that every command has. */
export interface GlobalOptions {
  readonly config?: string;
  readonly project?: string;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly color: boolean;
}

/** What main gives to every command. */
export interface Host {
  readonly signal: AbortSignal;
  readonly setExitCode: (code: number) => void;
  /** Ends the process as interrupted, at once. */
  readonly endInterrupted: () => void;
}

/** One run of a command: its options and its ways to the outside. */
export interface Invocation {
  readonly options: GlobalOptions;
  readonly signal: AbortSignal;
  /** The result: stdout. */
  readonly print: (text: string) => void;
  /** One JSON document: stdout, and nothing else there. */
  readonly printJson: (document: object) => void;
  /** The result: the document with `--json`, else the text. */
  readonly result: (document: object, text: () => string) => void;
  /** Progress and warnings: stderr; nothing with --quiet. */
  readonly note: (text: string) => void;
  readonly warn: (text: string) => void;
  readonly exit: (code: number) => void;
  readonly loadConfig: (overrides?: Pick<LoadOptions, 'replicas' | 'manager'>) => Promise<LoadedConfig>;
  readonly connect: (loaded: LoadedConfig, purpose?: Purpose) => Promise<Engine>;
}

interface Purpose {
  /** An interruption ends the process whenever it comes: there is nothing to undo. */
  readonly toRead?: boolean;
  /** All of the platform is looked at before there is anything to say: who waits is told so. */
  readonly looksFirst?: boolean;
}

export function invocationOf(command: Command, host: Host): Invocation {
  const options = command.optsWithGlobals<GlobalOptions>();
  const print = (text: string) => { process.stdout.write(`${text}\n`); };
  const printJson = (document: object) => { print(JSON.stringify(document, undefined, 2)); };
  const note = (text: string) => {
    if (!options.quiet) process.stderr.write(`${text}\n`);
  };
  return {
    options,
    signal: host.signal,
    print,
    printJson,
    result: (document, text) => {
      if (options.json) printJson(document);
      else print(text());
    },
    note,
    warn: (text) => { note(`warning: ${text}`); },
    exit: host.setExitCode,
    loadConfig: async (overrides) => {
      const { loadConfig } = await import('../runtime/config/load-config.ts');
      return loadConfig({ file: options.config, project: options.project, cwd: process.cwd(), env: process.env, ...overrides });
    },
    connect: (loaded, purpose = {}) => connect(loaded, purpose, { host, note }),
  };
}

async function connect(loaded: LoadedConfig, purpose: Purpose, { host, note }: { readonly host: Host; readonly note: Invocation['note'] }): Promise<Engine> {
  if (purpose.looksFirst === true) note('… looking at the platform');
  const { connectEngine } = await import('../runtime/engine/dockerode-engine.ts');
  const { findEndpoint } = await import('../runtime/engine/endpoint.ts');
  const { dockerFolder, readDockerConfig } = await import('../runtime/engine/docker-config.ts');
  const home = { env: process.env, homeDirectory: homedir() };
  const { socketPath } = loaded.config.engine;
  const endpoint = await findEndpoint({ ...home, socketPath });
  // Before the first answer there is nothing to undo, and the Engine may be silent for longer than anybody waits.
  host.signal.addEventListener('abort', host.endInterrupted, { once: true });
  return connectEngine(endpoint, {
    dockerConfig: () => readDockerConfig(dockerFolder(home)),
    onSlow: () => { note('… waiting for the Docker Engine, which has not answered yet'); },
    onAnswer: () => {
      if (purpose.toRead !== true) host.signal.removeEventListener('abort', host.endInterrupted);
    },
  });
}
