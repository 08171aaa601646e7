# Sourced once by the official entry point, on an empty volume: Netdata may read statistics, not data.
psql --no-psqlrc -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d "$POSTGRES_DB" <<'SQL'
-- Of a statement that fails the server's log would have the text, with the password.
SET log_min_error_statement = panic;
\set password `cat /run/secrets-postgres/monitor-password`
CREATE ROLE netdata LOGIN PASSWORD :'password';
GRANT pg_monitor TO netdata;
SQL
bash /run/haplat/set-passwords --note
# The server that is started after this one, and stays, has it from here on.
unset POSTGRES_PASSWORD
