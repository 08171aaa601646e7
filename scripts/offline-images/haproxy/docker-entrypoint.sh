#!/bin/sh
# HAProxy in the foreground, as master and worker, so that a reload by signal works.
set -e

case "${1:-}" in
  -*) set -- haproxy "$@" ;;
esac

if [ "${1:-}" = haproxy ]; then
  shift
  set -- haproxy -W -db "$@"
fi

exec "$@"
