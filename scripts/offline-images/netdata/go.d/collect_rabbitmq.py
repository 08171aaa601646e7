"""RabbitMQ's management API: messages, objects and the node's resources; queues when the job asks for them."""
import json
from urllib.parse import quote

from charts import Chart, counters, gauges
from http_get import get

RATES = ("ack", "publish", "confirm", "deliver", "deliver_get", "get", "redeliver", "return_unroutable")
OBJECTS = ("channels", "consumers", "connections", "queues", "exchanges")


class Collector:
    def __init__(self, settings):
        self.settings = {"username": "guest", "password": "guest", **settings}
        self.url = settings.get("url", "http://localhost:15672").rstrip("/")

    def ask(self, path):
        return json.loads(get(self.url + path, self.settings))

    def collect(self):
        overview = self.ask("/api/overview")
        node = self.ask("/api/nodes/" + quote(overview["node"], safe=""))
        totals = overview.get("queue_totals") or {}
        rates = overview.get("message_stats") or {}
        result = [
            (
                Chart("queued_messages", "Queued messages", "messages", "overview", "rabbitmq.queued_messages",
                      gauges("ready", "unacknowledged"), "stacked"),
                {"ready": totals.get("messages_ready", 0), "unacknowledged": totals.get("messages_unacknowledged", 0)},
            ),
            (
                Chart("message_rates", "Messages", "messages/s", "overview", "rabbitmq.message_rates", counters(*RATES)),
                {name: rates.get(name, 0) for name in RATES},
            ),
            (
                Chart("global_counts", "Global counts", "counts", "overview", "rabbitmq.global_counts", gauges(*OBJECTS)),
                {name: overview.get("object_totals", {}).get(name, 0) for name in OBJECTS},
            ),
        ]
        result += [
            self.node_chart(node, *row)
            for row in (
                ("file_descriptors", "File descriptors", "descriptors", "fd_used", 1),
                ("sockets", "Socket descriptors", "descriptors", "sockets_used", 1),
                ("processes", "Erlang processes", "processes", "proc_used", 1),
                ("memory", "Memory", "MiB", "mem_used", 1 << 20),
                ("disk_space", "Disk space", "GiB", "disk_free", 1 << 30),
            )
        ]
        if self.settings.get("collect_queues_metrics"):
            result += [self.queue_chart(queue) for queue in self.ask("/api/queues")]
        return result

    def node_chart(self, node, name, title, units, key, divisor):
        chart = Chart(name, title, units, "overview", f"rabbitmq.{name}", [(key, key.split("_")[1], "absolute", divisor)])
        return chart, {key: node.get(key, 0)}

    def queue_chart(self, queue):
        vhost, name = queue["vhost"], queue["name"]
        chart = Chart(
            f"queue_{name}_vhost_{'default' if vhost == '/' else vhost}_messages_count".replace(".", "_"),
            "Queue messages", "messages", "queue messages", "rabbitmq.queue_messages_count",
            gauges("ready", "unacknowledged"), "stacked", {"queue": name, "vhost": vhost},
        )
        return chart, {"ready": queue.get("messages_ready", 0), "unacknowledged": queue.get("messages_unacknowledged", 0)}
