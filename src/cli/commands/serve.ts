import { ConfigError, OperationError } from '../../runtime/errors.ts';
import type { Invocation } from '../invocation.ts';

const roles = ['api', 'worker', 'jobs', 'probe', 'guardian'] as const;

/** Runs one of the platform's own programs until SIGTERM. Each is loaded only when asked for. */
export async function runServe(invocation: Invocation, _options: object, args: readonly string[]): Promise<void> {
  try {
    await serve(invocation, args);
  } catch (error) {
    throw await inOurWords(error);
  }
}

/** What no waiting mends is no defect of the program: a setting, or a port that is taken. */
async function inOurWords(error: unknown): Promise<unknown> {
  const { ListenError, SettingsError } = await import('../../app/errors.ts');
  if (error instanceof SettingsError) return new ConfigError(error.message, { cause: error, remedy: 'they are variables of the environment, and files that these name' });
  return error instanceof ListenError ? new OperationError(error.message, { cause: error, remedy: 'PORT names another' }) : error;
}

async function serve(invocation: Invocation, [role, ...args]: readonly string[]): Promise<void> {
  const surroundings = { env: process.env, signal: invocation.signal };
  switch (roles.find((known) => known === role)) {
    case 'api':
      await (await import('../../app/main.ts')).serveApi(surroundings);
      leave();
      return;
    case 'worker':
      await (await import('../../worker/main.ts')).serveWorker(surroundings);
      leave();
      return;
    case 'jobs':
      return (await import('../../app/admin/main.ts')).serveJobs({ env: process.env, request: args[0] ?? '', out: process.stdout });
    case 'guardian':
      return (await import('../../runtime/guardian/main.ts')).serveGuardian({ ...surroundings, out: process.stdout });
    case 'probe': {
      const { parseProbeArguments } = await import('../../runtime/drill/probe/options.ts');
      const { serveProbe } = await import('../../runtime/drill/probe/main.ts');
      return serveProbe({ ...surroundings, options: parseProbeArguments(args), out: process.stdout });
    }
    case undefined:
      throw new ConfigError(`serve: there is no ${String(role)}`, { remedy: `use one of ${roles.join(', ')}` });
  }
}

/** All that is to be done is done: a connection to a database that is frozen would keep the process until it is killed. */
function leave(): void {
  process.exit();
}
