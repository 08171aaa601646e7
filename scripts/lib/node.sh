# shellcheck shell=bash
# Node and the project's packages. Any Node from 18 on can run `npm ci`; what it installs
# brings the Node that the project really runs on.

node_is_enough() {
  have node && have npm && [[ $(node -p 'Number(process.versions.node.split(".")[0]) >= 18' 2>/dev/null) == true ]]
}

ensure_node() {
  if node_is_enough; then return; fi
  require_debian_root 'Node 18 or later with npm is missing' \
    'Install Node 18 or later (https://nodejs.org, or your package manager), and run this again.'
  install_packages 'to install the packages' nodejs npm
  node_is_enough || die "the node that comes first on PATH ($(command -v node), $(node --version)) is older than 18" 'Install a newer one, or put it first on PATH.'
}

# modules_match: whether node_modules is what package-lock.json says.
modules_match() {
  local installed=${root:?}/node_modules/.package-lock.json mark=$root/node_modules/.haplat-lock
  [[ -f $installed ]] || return 1
  [[ "$(cat "$mark" 2>/dev/null)" != "$(lock_stamp)" ]] || return 0
  # npm install writes both files itself, and knows nothing of the mark.
  [[ ! $root/package-lock.json -nt $installed ]] || return 1
  lock_stamp >"$mark"
}

lock_stamp() { (cd "$root" && stamp_of package-lock.json); }

ensure_modules() {
  local since=$SECONDS log
  step 'Packages'
  if modules_match; then note 'node_modules is up to date'; return; fi
  note 'npm ci'
  log=$(mktemp)
  if ! (cd "$root" && npm ci --no-audit --no-fund) >"$log" 2>&1; then
    show_tail "$log" 30
    rm -f "$log"
    die 'npm ci failed' 'Mend what it says above, and run this again.'
  fi
  rm -f "$log"
  lock_stamp >"$root/node_modules/.haplat-lock"
  note "done in $(elapsed "$since")"
}

# build_haplat: dist/haplat; the build itself knows what is up to date.
build_haplat() {
  local since=$SECONDS log
  step 'Build'
  log=$(mktemp)
  if ! (cd "$root" && npm run --silent build) >"$log" 2>&1; then
    show_tail "$log" 40
    rm -f "$log"
    die 'npm run build failed'
  fi
  rm -f "$log"
  [[ -x $root/dist/haplat ]] || die 'npm run build made no dist/haplat'
  note "dist/haplat is ready ($(elapsed "$since"))"
}
