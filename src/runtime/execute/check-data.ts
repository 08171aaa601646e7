import type { Engine } from '../engine/port.ts';
import { OperationError } from '../errors.ts';
import type { DataVersion } from '../topology/topology.ts';

const readWithinMs = 5000;

interface DataCheck {
  /** The container that has the data, and is to be replaced. */
  readonly container: string;
  readonly data: DataVersion;
  /** What it is to be replaced with. */
  readonly image: string;
}

/**
 * Whether a new container can serve the data that there is: asked before the one that does is stopped, as the new one
 * would only fail to start (PostgreSQL: "database files are incompatible with server"), or let nobody in. OperationError
 * if it can't; where the data or the image does not tell, nothing is said.
 */
export async function checkData(engine: Pick<Engine, 'exec' | 'inspectContainer' | 'inspectImage'>, asked: DataCheck): Promise<void> {
  if ((await engine.inspectContainer(asked.container))?.state !== 'running') return;
  await checkVersion(engine, asked);
  await checkAccounts(engine, asked);
}

async function checkVersion(engine: Pick<Engine, 'exec' | 'inspectImage'>, { container, data, image }: DataCheck): Promise<void> {
  const wanted = (await engine.inspectImage(image))?.env[data.imageVariable];
  if (wanted === undefined) return;
  const present = await versionOf(engine, container, data.file);
  if (present === undefined || present === wanted) return;
  throw new OperationError(`${image} is ${data.product} ${wanted}, and can't read the data of ${data.product} ${present} that is there`, {
    remedy: `use an image of ${data.product} ${present}; how to take the data to ${wanted} is under Troubleshooting in the README`,
  });
}

/** As the owner that the container knows: whom the new one is to serve may not be there. */
const accountsScript = `PGCONNECT_TIMEOUT=3 psql -w -U "$POSTGRES_USER" -d postgres -tAqc "SELECT 'role ' || rolname FROM pg_roles UNION ALL SELECT 'database ' || datname FROM pg_database"`;

/** Whether those that are to log in can: the image makes them on an empty volume only. A server that does not tell says nothing. */
async function checkAccounts(engine: Pick<Engine, 'exec'>, { container, data: { product, accounts } }: DataCheck): Promise<void> {
  if (accounts === undefined) return;
  const told = await engine.exec(container, ['bash', '-c', accountsScript], { timeoutMs: readWithinMs, user: 'postgres' }).catch(() => undefined);
  if (told?.exitCode !== 0) return;
  const present = new Set(told.stdout.trim().split('\n'));
  const missing = [`role ${accounts.user}`, `database ${accounts.database}`].find((one) => !present.has(one));
  if (missing === undefined) return;
  throw new OperationError(`the data of ${product} that is there has no ${missing}`, {
    remedy: 'these names are taken when the data is made: set postgres.user and postgres.database back, or take the data along by a dump (Troubleshooting in the README)',
  });
}

async function versionOf(engine: Pick<Engine, 'exec'>, container: string, file: string): Promise<string | undefined> {
  const { exitCode, stdout } = await engine.exec(container, ['cat', file], { timeoutMs: readWithinMs });
  return exitCode === 0 ? stdout.trim() : undefined;
}
