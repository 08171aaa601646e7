"""PostgreSQL's statistics views: connections, uptime and locks, and the databases that the job names."""
import fnmatch

import psycopg2

from charts import Chart, counters, gauges

STATES = ("active", "idle", "idle in transaction", "idle in transaction (aborted)", "disabled")
DATABASES = """
SELECT datname, numbackends, xact_commit, xact_rollback, blks_read, blks_hit,
       tup_inserted, tup_updated, tup_deleted, deadlocks, pg_database_size(datname)
FROM pg_stat_database WHERE datname IS NOT NULL AND has_database_privilege(datname, 'CONNECT')
"""


class Collector:
    def __init__(self, settings):
        self.dsn = settings["dsn"]
        self.patterns = str(settings.get("collect_databases_matching") or "").split()
        self.timeout = int(settings.get("timeout", 2))
        self.connection = None

    def collect(self):
        try:
            with self.connect().cursor() as cursor:
                return [*self.server(cursor), *self.databases(cursor)]
        except psycopg2.Error:
            self.forget()
            raise

    def connect(self):
        if self.connection is None or self.connection.closed:
            self.connection = psycopg2.connect(
                self.dsn, connect_timeout=self.timeout, application_name="netdata", tcp_user_timeout=self.timeout * 1000
            )
            self.connection.autocommit = True
        return self.connection

    def forget(self):
        if self.connection is not None:
            self.connection.close()
        self.connection = None

    def server(self, cursor):
        cursor.execute("SELECT state, count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' GROUP BY state")
        states = dict(cursor.fetchall())
        cursor.execute(
            "SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int,"
            " extract(epoch FROM now() - pg_postmaster_start_time())::bigint"
        )
        limit, uptime = cursor.fetchone()
        used = sum(states.values())
        yield (
            Chart("connections_utilization", "Connections utilization", "percentage", "connections",
                  "postgres.connections_utilization", gauges("used")),
            {"used": 100 * used / limit},
        )
        yield (
            Chart("connections_usage", "Connections usage", "connections", "connections",
                  "postgres.connections_usage", gauges("available", "used"), "stacked"),
            {"available": limit - used, "used": used},
        )
        yield (
            Chart("connections_state", "Connections in each state", "connections", "connections",
                  "postgres.connections_state", gauges(*STATES), "stacked"),
            {state: states.get(state, 0) for state in STATES},
        )
        yield Chart("server_uptime", "Uptime", "seconds", "uptime", "postgres.uptime", gauges("uptime")), {"uptime": uptime}

    def databases(self, cursor):
        cursor.execute(DATABASES)
        own = self.connection.info.dbname
        for name, *row in cursor.fetchall():
            if name == own or any(fnmatch.fnmatch(name, pattern) for pattern in self.patterns):
                yield from self.database(name, *row)

    def database(self, name, backends, commits, rollbacks, read, hit, inserted, updated, deleted, deadlocks, size):
        def chart(what, title, units, family, dims, kind="line"):
            return Chart(f"db_{name}_{what}", title, units, family, f"postgres.db_{what}", dims, kind, {"database": name})

        yield (
            chart("transactions", "Database transactions", "transactions/s", "db transactions", counters("committed", "rollback")),
            {"committed": commits, "rollback": rollbacks},
        )
        yield chart("connections", "Database connections", "connections", "db connections", gauges("connections")), {"connections": backends}
        yield (
            chart("blocks_read", "Database blocks read", "blocks/s", "db buffer cache", counters("memory", "disk"), "area"),
            {"memory": hit, "disk": read},
        )
        yield (
            chart("rows_written", "Database rows written", "rows/s", "db rows", counters("inserted", "deleted", "updated")),
            {"inserted": inserted, "deleted": deleted, "updated": updated},
        )
        yield chart("deadlocks", "Database deadlocks", "deadlocks/s", "db deadlocks", counters("deadlocks")), {"deadlocks": deadlocks}
        yield chart("size", "Database size", "B", "db size", gauges("size")), {"size": size}
