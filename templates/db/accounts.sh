# Sourced once by the official entry point, on an empty volume: the application owns its database and nothing else, Netdata
# may read statistics, not data. The administrator gets in from inside only, where no password is asked for.
psql --no-psqlrc -v ON_ERROR_STOP=1 -v application="$APPLICATION_USER" -v database="$POSTGRES_DB" -v administrator="$POSTGRES_USER" \
  -U "$POSTGRES_USER" -d "$POSTGRES_DB" <<'SQL'
-- Of a statement that fails the server's log would have the text, with the password.
SET log_min_error_statement = panic;
\set password `cat /run/secrets-postgres/password`
CREATE ROLE :"application" LOGIN PASSWORD :'password';
ALTER DATABASE :"database" OWNER TO :"application";
\set password `cat /run/secrets-postgres/monitor-password`
CREATE ROLE netdata LOGIN PASSWORD :'password';
GRANT pg_monitor TO netdata;
ALTER ROLE :"administrator" PASSWORD NULL;
SQL
bash /run/haplat/set-accounts --note
# The server that is started after this one, and stays, has it from here on.
unset POSTGRES_PASSWORD
