#!/bin/sh
# Options or one of Traefik's own commands go to Traefik; anything else is run as it is.
set -e

case "${1:-}" in
  '' | -*) set -- traefik "$@" ;;
  traefik) ;;
  *)
    if traefik "$1" --help >/dev/null 2>&1; then set -- traefik "$@"; fi
    ;;
esac

exec "$@"
