# shellcheck shell=bash
# What every script says, and how: plain lines, bold only on a terminal.

# Services and cloud-init start programs without one.
export HOME="${HOME:-$(echo ~)}"

if [[ -t 1 && -z ${NO_COLOR:-} && ${TERM:-dumb} != dumb ]]; then
  say_bold=$'\e[1m' say_dim=$'\e[2m' say_red=$'\e[31m' say_off=$'\e[0m'
else
  say_bold='' say_dim='' say_red='' say_off=''
fi

step() { printf '%s==> %s%s\n' "$say_bold" "$*" "$say_off"; }
note() { printf '    %s\n' "$*"; }
aside() { printf '    %s%s%s\n' "$say_dim" "$*" "$say_off"; }
warn() { printf '%swarning:%s %s\n' "$say_red" "$say_off" "$*" >&2; }

# die PROBLEM [WHAT TO DO]...: one line that says what is wrong, then what mends it.
die() {
  printf '%serror:%s %s\n' "$say_red" "$say_off" "$1" >&2
  shift
  local line
  for line in "$@"; do printf '       %s\n' "$line" >&2; done
  exit 1
}

# elapsed SINCE: seconds since SINCE (a value of $SECONDS).
elapsed() { printf '%d s' "$((SECONDS - $1))"; }

# show_tail FILE [LINES]: the end of a log, indented, on stderr.
show_tail() {
  [[ -s $1 ]] || return 0
  printf '       last lines of %s:\n' "$1" >&2
  tail -n "${2:-20}" "$1" | sed 's/^/       | /' >&2
}
