#!/usr/bin/env bash
# Runs RabbitMQ's own commands as the rabbitmq user, also when the container starts as root.
set -euo pipefail

if [[ ${1:-} == rabbitmq* && $(id -u) -eq 0 ]]; then
  if [[ $1 == rabbitmq-server ]]; then
    find /var/lib/rabbitmq \! -user rabbitmq -exec chown rabbitmq '{}' +
  fi
  exec gosu rabbitmq "${BASH_SOURCE[0]}" "$@"
fi

# These were taken out upstream: a setting that is silently ignored is worse than a start that fails.
removed=()
for name in \
  RABBITMQ_DEFAULT_PASS_FILE RABBITMQ_DEFAULT_USER_FILE \
  RABBITMQ_MANAGEMENT_SSL_{CACERTFILE,CERTFILE,DEPTH,FAIL_IF_NO_PEER_CERT,KEYFILE,VERIFY} \
  RABBITMQ_SSL_{CACERTFILE,CERTFILE,DEPTH,FAIL_IF_NO_PEER_CERT,KEYFILE,VERIFY} \
  RABBITMQ_VM_MEMORY_HIGH_WATERMARK; do
  [[ -z ${!name:-} ]] || removed+=("$name")
done
if ((${#removed[@]})); then
  printf 'error: %s is no longer supported; use a configuration file\n' "${removed[@]}" >&2
  exit 1
fi

# Nodes and tools must agree on long or short host names.
if [[ $(hostname) != "$(hostname -s)" ]]; then
  export RABBITMQ_USE_LONGNAME=${RABBITMQ_USE_LONGNAME:-true}
fi

exec "$@"
