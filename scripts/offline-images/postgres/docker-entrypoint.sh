#!/usr/bin/env bash
# Makes a database on first start, then runs the server as the postgres user.
# The environment, the paths and the order are those of the official image.
set -Eeuo pipefail
shopt -s nullglob

complain() { printf '%s\n' "$@" >&2; }

# from_file NAME [DEFAULT]: NAME, or the contents of the file that NAME_FILE points to.
from_file() {
  local name=$1 default=${2:-} file_name="$1_FILE" value
  if [[ -n ${!name:-} && -n ${!file_name:-} ]]; then
    complain "error: both $name and $file_name are set; set one"
    exit 1
  fi
  value=$default
  if [[ -n ${!name:-} ]]; then
    value=${!name}
  elif [[ -n ${!file_name:-} ]]; then
    value=$(<"${!file_name}")
  fi
  export "$name=$value"
  unset "$file_name"
}

read_environment() {
  from_file POSTGRES_PASSWORD
  from_file POSTGRES_USER postgres
  from_file POSTGRES_DB "$POSTGRES_USER"
  from_file POSTGRES_INITDB_ARGS
  : "${POSTGRES_HOST_AUTH_METHOD:=}" "${POSTGRES_INITDB_WALDIR:=}"
}

prepare_directories() {
  mkdir -p "$PGDATA" /var/run/postgresql
  chmod 00700 "$PGDATA" || :
  chmod 03775 /var/run/postgresql || :
  if [[ -n $POSTGRES_INITDB_WALDIR ]]; then
    mkdir -p "$POSTGRES_INITDB_WALDIR"
    chmod 700 "$POSTGRES_INITDB_WALDIR"
  fi
  [[ $(id -u) -eq 0 ]] || return 0
  local directories=("$PGDATA" /var/run/postgresql)
  [[ -z $POSTGRES_INITDB_WALDIR ]] || directories+=("$POSTGRES_INITDB_WALDIR")
  find "${directories[@]}" \! -user postgres -exec chown postgres '{}' +
}

require_password() {
  if [[ -z $POSTGRES_PASSWORD && $POSTGRES_HOST_AUTH_METHOD != trust ]]; then
    complain 'error: the database is new and has no superuser password' \
      'Set POSTGRES_PASSWORD or POSTGRES_PASSWORD_FILE to something that is not empty,' \
      'or POSTGRES_HOST_AUTH_METHOD=trust to let everyone in without one.'
    exit 1
  fi
  [[ $POSTGRES_HOST_AUTH_METHOD != trust ]] || complain 'warning: everyone who reaches this port gets in (trust)'
}

make_cluster() {
  local options=(--username="$POSTGRES_USER")
  [[ -z $POSTGRES_INITDB_WALDIR ]] || options+=(--waldir "$POSTGRES_INITDB_WALDIR")
  # POSTGRES_INITDB_ARGS is a line of shell words; the password never is a file, nor an argument.
  eval "initdb \"\${options[@]}\" --pwfile=<(printf '%s\n' \"\$POSTGRES_PASSWORD\") $POSTGRES_INITDB_ARGS"
  local method=$POSTGRES_HOST_AUTH_METHOD
  [[ -n $method ]] || method=$(postgres -C password_encryption -D "$PGDATA")
  printf '\nhost all all all %s\n' "$method" >>"$PGDATA/pg_hba.conf"
}

start_privately() {
  # No TCP: nobody may take the half-made database for a ready one.
  PGUSER=$POSTGRES_USER pg_ctl -D "$PGDATA" -o "-c listen_addresses='' -p 5432" -w start
}

stop_privately() { PGUSER=$POSTGRES_USER pg_ctl -D "$PGDATA" -m fast -w stop; }

# query_in DATABASE [PSQL OPTION]...: over the socket, with the input as the script.
query_in() {
  local database=$1
  shift
  PGHOST='' PGHOSTADDR='' psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --no-password --no-psqlrc --dbname "$database" "$@"
}

make_database() {
  local there
  there=$(query_in postgres --set db="$POSTGRES_DB" --tuples-only <<<"SELECT 1 FROM pg_database WHERE datname = :'db';")
  [[ -z $there ]] || return 0
  query_in postgres --set db="$POSTGRES_DB" <<<'CREATE DATABASE :"db";'
}

run_shell_script() {
  if [[ -x $1 ]]; then
    "$1"
  else
    # shellcheck disable=SC1090 # the user's own file
    . "$1"
  fi
}

run_init_scripts() {
  local file
  for file in /docker-entrypoint-initdb.d/*; do
    printf '%s: %s\n' "$0" "$file"
    case $file in
      *.sh) run_shell_script "$file" ;;
      *.sql) query_in "$POSTGRES_DB" -f "$file" ;;
      *.sql.gz) gunzip -c "$file" | query_in "$POSTGRES_DB" ;;
      *.sql.xz) xzcat "$file" | query_in "$POSTGRES_DB" ;;
      *.sql.zst) zstd -dc "$file" | query_in "$POSTGRES_DB" ;;
      *) printf '%s: ignored %s\n' "$0" "$file" ;;
    esac
  done
}

first_start() {
  require_password
  # Fail on an unreadable folder before anything is written.
  ls /docker-entrypoint-initdb.d/ >/dev/null
  make_cluster
  export PGPASSWORD=${PGPASSWORD:-$POSTGRES_PASSWORD}
  start_privately
  make_database
  run_init_scripts
  stop_privately
  unset PGPASSWORD
  printf '\nPostgreSQL init process complete; ready for start up.\n\n'
}

asks_for_help() {
  local argument
  for argument in "$@"; do
    case $argument in -'?' | --help | --describe-config | -V | --version) return 0 ;; esac
  done
  return 1
}

main() {
  if [[ ${1:-} == -* ]]; then set -- postgres "$@"; fi
  if [[ ${1:-} == postgres ]] && ! asks_for_help "$@"; then
    read_environment
    prepare_directories
    # The password file may be readable by root only: it has been read by now, and is passed on in the environment.
    if [[ $(id -u) -eq 0 ]]; then exec gosu postgres "${BASH_SOURCE[0]}" "$@"; fi
    if [[ -s $PGDATA/PG_VERSION ]]; then
      printf '\nPostgreSQL Database directory appears to contain a database; Skipping initialization\n\n'
    else
      first_start
    fi
  fi
  exec "$@"
}

main "$@"
