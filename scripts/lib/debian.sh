# shellcheck shell=bash
# Installing what is missing on Debian (and its derivatives), and saying so first.

is_root() { [[ $(id -u) -eq 0 ]]; }
has_apt() { command -v apt-get >/dev/null 2>&1; }
have() { command -v "$1" >/dev/null 2>&1; }

# install_packages REASON PACKAGE...: installs what is not installed yet; returns 0 when all are there.
install_packages() {
  local reason=$1 package
  local missing=()
  shift
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  ((${#missing[@]})) || return 0
  note "installing ${missing[*]} ($reason)"
  apt_install "${missing[@]}"
}

apt_install() {
  local log
  log=$(mktemp)
  # apt waits for another apt instead of failing; a stale list is refreshed only when it has to be.
  local apt=(apt-get -qq -y -o DPkg::Lock::Timeout=120 -o Acquire::Retries=3)
  export DEBIAN_FRONTEND=noninteractive
  if ! "${apt[@]}" install --no-install-recommends "$@" >"$log" 2>&1; then
    "${apt[@]}" update >>"$log" 2>&1 || true
    if ! "${apt[@]}" install --no-install-recommends "$@" >>"$log" 2>&1; then
      show_tail "$log"
      rm -f "$log"
      die "apt-get could not install: $*" "Mend what it says above, or install these by hand, and run this again."
    fi
  fi
  rm -f "$log"
}

# require_debian_root WHAT: dies with exact instructions where packages cannot be installed for the user.
require_debian_root() {
  has_apt || die "$1, and this is not a Debian system" "${@:2}"
  is_root || die "$1, and only root can install it" "${@:2}"
}
