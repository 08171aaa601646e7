import { HaplatError, OperationError } from '../errors.ts';

interface Reason {
  readonly what: string;
  readonly remedy: string;
}

/** The state directory is where most of what haplat writes is. */
const elsewhere = 'name another place; that of the state directory is stateDirectory in haplat.yaml';
const full: Reason = { what: 'there is no room left on its disk', remedy: '"df -h" shows what is full; make room and run the same command again' };
const denied: Reason = { what: 'permission denied', remedy: `let who runs haplat write there, or ${elsewhere}` };

/** By what the system calls them (errno(3)): what is up to the machine, and not to haplat. */
const reasons: Readonly<Record<string, Reason>> = {
  ENOSPC: full,
  EDQUOT: { ...full, what: 'the quota of who runs haplat is used up' },
  EACCES: denied,
  EPERM: denied,
  EROFS: { what: 'its file system is read-only', remedy: elsewhere },
  ENOTDIR: { what: 'what should be a folder on the way to it is a file', remedy: 'move that file away' },
  EISDIR: { what: 'it is a folder', remedy: 'name a file' },
  ENOENT: { what: 'it is not there, or the folder for it is not', remedy: 'make it, or name another' },
  EIO: { what: 'its disk does not read or write as it should (EIO)', remedy: 'look into the kernel log: "dmesg"' },
  EMFILE: { what: 'this process has too many files open', remedy: 'allow more: "ulimit -n 4096"' },
};

/** They fail with the same codes, and the path is a program's or a socket's. */
const notOfFiles = /^(spawn|connect|listen|bind)/;

/**
 * What somebody can do about a file that can't be had; whatever is no error of a file system stays what it is. Where no path
 * is given it is the one that the error brings along, if it does.
 */
export function asFileError(error: unknown, path?: string): unknown {
  if (error instanceof HaplatError || !(error instanceof Error)) return error;
  const { code, syscall, path: own }: NodeJS.ErrnoException = error;
  const reason = code === undefined ? undefined : reasons[code];
  const where = path ?? own;
  if (reason === undefined || where === undefined || syscall === undefined || notOfFiles.test(syscall)) return error;
  return new OperationError(`${where}: ${reason.what}`, { cause: error, remedy: reason.remedy });
}

/** Runs what writes a file. Rejects with OperationError where the machine is in the way of that. */
export async function writing<T>(path: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    throw asFileError(error, path);
  }
}
