#!/usr/bin/env bash
# Starts Netdata in the foreground, watching the host that is mounted at /host.
set -euo pipefail

if [[ -n ${DISABLE_TELEMETRY:-}${DO_NOT_TRACK:-} ]]; then
  touch /etc/netdata/.opt-out-from-anonymous-statistics 2>/dev/null || true
fi

# With the Engine's socket mounted, container names are asked there; else DOCKER_HOST (host:port) says where.
group=$(stat -c %g /var/run/docker.sock 2>/dev/null || true)
if [[ $group =~ ^[0-9]+$ ]]; then
  export DOCKER_HOST=/var/run/docker.sock
  getent group "$group" >/dev/null || groupadd --gid "$group" docker || true
  usermod -a -G "$group" "$DOCKER_USR" || true
fi

if mountpoint -q /etc/netdata && [[ -z $(ls -A /etc/netdata) ]]; then
  cp -a /etc/netdata.stock/. /etc/netdata
fi

LD_PRELOAD=/usr/local/lib/statfs.so exec /usr/sbin/netdata -u "$DOCKER_USR" -D -s /host -p "$NETDATA_LISTENER_PORT" "$@"
