# Run once by the official entry point, on an empty volume: Netdata may read statistics, not data.
psql --no-psqlrc -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d "$POSTGRES_DB" <<'SQL'
\set password `cat /run/secrets-postgres/monitor-password`
CREATE ROLE netdata LOGIN PASSWORD :'password';
GRANT pg_monitor TO netdata;
SQL
bash /run/haplat/set-passwords --note
