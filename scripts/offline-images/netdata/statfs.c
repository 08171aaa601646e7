/* Netdata 1.37 takes /host/proc for the host's only when its file system id is 0. Linux 6.7 and later give
 * /proc and /sys an id of their own; newer Netdata no longer looks. For this one question the old answer holds. */
long syscall(long number, ...);

struct statfs {
  long type, block_size, blocks, blocks_free, blocks_available, files, files_free;
  int id[2];
};

#ifdef __aarch64__
#define SYS_STATFS 43
#else
#define SYS_STATFS 137
#endif
#define PROC 0x9fa0
#define SYSFS 0x62656572

int statfs(const char *path, struct statfs *out) {
  int result = syscall(SYS_STATFS, path, out);
  if (result == 0 && (out->type == PROC || out->type == SYSFS)) out->id[0] = out->id[1] = 0;
  return result;
}
