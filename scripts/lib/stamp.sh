# shellcheck shell=bash
# Content stamps: whether something has to be made again depends on what it is made from, not on clocks.

# stamp_of PATH...: one hash over the names and contents of the files in PATHs.
stamp_of() {
  find "$@" -type f -print0 2>/dev/null | LC_ALL=C sort -z | xargs -0 -r sha256sum | sha256sum | cut -c1-16
}
