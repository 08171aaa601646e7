"""Traefik's Prometheus endpoint: requests, their duration and open connections, by entry point."""
import re
from collections import defaultdict

from charts import Chart, counters
from http_get import get

LINE = re.compile(rb"^(traefik_(?:entrypoint_|open_)\w+)\{([^}]*)\} (\S+)", re.M)
LABEL = re.compile(r'(\w+)="([^"]*)"')
CLASSES = ("1xx", "2xx", "3xx", "4xx", "5xx")


class Collector:
    def __init__(self, settings):
        self.settings = settings
        self.url = settings["url"]
        self.before = {}

    def collect(self):
        text = get(self.url, self.settings)
        requests, seconds, counts = (defaultdict(lambda: defaultdict(float)) for _ in range(3))
        connections = defaultdict(float)
        for metric, labels_text, value in LINE.findall(text):
            labels = dict(LABEL.findall(labels_text.decode()))
            key = (labels.get("entrypoint", ""), labels.get("protocol", ""))
            kind = labels.get("code", "0")[:1] + "xx"
            if metric == b"traefik_entrypoint_requests_total":
                requests[key][kind] += float(value)
            elif metric == b"traefik_entrypoint_request_duration_seconds_sum":
                seconds[key][kind] += float(value)
            elif metric == b"traefik_entrypoint_request_duration_seconds_count":
                counts[key][kind] += float(value)
            elif metric in (b"traefik_open_connections", b"traefik_entrypoint_open_connections"):
                connections[key] += float(value)
        if not requests and not connections and b"traefik_" not in text:
            raise ValueError(f"{self.url} has no Traefik metrics")
        result = [self.requests_chart(key, values) for key, values in requests.items()]
        result += [self.duration_chart(key, seconds[key], counts[key]) for key in counts]
        result += [self.connections_chart(key, value) for key, value in connections.items()]
        return result

    def requests_chart(self, key, values):
        entry, protocol = key
        chart = Chart(
            f"entrypoint_requests_{entry}_{protocol}",
            f"Processed HTTP requests for entrypoint {entry} protocol {protocol}",
            "requests/s", "entrypoint requests", "traefik.entrypoint_requests",
            counters(*CLASSES), "stacked", {"entrypoint": entry, "protocol": protocol},
        )
        return chart, {kind: values[kind] for kind in CLASSES}

    def duration_chart(self, key, seconds, counts):
        entry, protocol = key
        chart = Chart(
            f"entrypoint_request_duration_{entry}_{protocol}",
            f"Processed HTTP request average duration for entrypoint {entry} protocol {protocol}",
            "milliseconds", "entrypoint request duration", "traefik.entrypoint_request_duration_average",
            [(kind, kind) for kind in CLASSES], "stacked", {"entrypoint": entry, "protocol": protocol},
        )
        averages = {}
        for kind in CLASSES:
            seconds_before, count_before = self.before.get((key, kind), (0, 0))
            new = counts[kind] - count_before
            averages[kind] = 1000 * (seconds[kind] - seconds_before) / new if new > 0 else 0
            self.before[key, kind] = (seconds[kind], counts[kind])
        return chart, averages

    def connections_chart(self, key, value):
        entry, protocol = key
        chart = Chart(
            f"entrypoint_open_connections_{entry}_{protocol}",
            f"Open connections for entrypoint {entry} protocol {protocol}",
            "connections", "entrypoint connections", "traefik.entrypoint_open_connections",
            [("open", "open")], "stacked", {"entrypoint": entry, "protocol": protocol},
        )
        return chart, {"open": value}
