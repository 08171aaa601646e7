# shellcheck shell=bash
# The Docker client as the scripts use it.

engine_answers() { have docker && docker version --format '{{.Server.Version}}' >/dev/null 2>&1; }

# alive PID: whether it runs; a process that nobody has reaped yet does not.
alive() { [[ -r /proc/$1/status ]] && ! grep -q '^State:[[:space:]]*Z' "/proc/$1/status" 2>/dev/null; }

# runs PID NAME
runs() { [[ "$(cat "/proc/$1/comm" 2>/dev/null)" == "$2" ]] && alive "$1"; }

# dockerd_pid: the dockerd of this machine; nothing and 1 when there is none. A bare Debian has no pgrep.
dockerd_pid() {
  local folder
  for folder in /proc/[0-9]*; do
    if runs "${folder#/proc/}" dockerd; then
      echo "${folder#/proc/}"
      # With the number: in a trap, a bare return gives the status from before the trap.
      return 0
    fi
  done
  return 1
}

image_exists() { docker image inspect "$1" >/dev/null 2>&1; }
image_label() { docker image inspect --format "{{with .Config.Labels}}{{index . \"$2\"}}{{end}}" "$1" 2>/dev/null; }

# image_size TAG: megabytes.
image_size() { docker image inspect --format '{{.Size}}' "$1" | awk '{ printf "%d MB", $1 / 1000000 }'; }

# Clients from 23 on prefer buildx, which Debian's packages of it do not bring along.
use_available_builder() {
  if ! docker buildx version >/dev/null 2>&1; then export DOCKER_BUILDKIT=0; fi
}

# pull_image TAG LOG: 0 when pulled. A registry that does not begin to answer within 12 s counts as none.
pull_image() {
  local tag=$1 log=$2 pid waited
  docker pull "$tag" >"$log" 2>&1 &
  pid=$!
  for ((waited = 0; waited < 120; waited++)); do
    kill -0 "$pid" 2>/dev/null || break
    grep -q 'Pulling from' "$log" 2>/dev/null && break
    sleep 0.1
  done
  if ! grep -q 'Pulling from' "$log"; then kill "$pid" 2>/dev/null || true; fi
  wait "$pid" 2>/dev/null && image_exists "$tag"
}
