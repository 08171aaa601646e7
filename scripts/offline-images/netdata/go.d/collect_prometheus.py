"""Any Prometheus endpoint: a chart for each time series, named after its metric; those that the job's selector allows."""
import fnmatch
import math
import re
from collections import defaultdict

from charts import Chart
from http_get import get

TYPE = re.compile(r"^# TYPE (\w+) (\w+)", re.M)
HELP = re.compile(r"^# HELP (\w+) (.*)", re.M)
SAMPLE = re.compile(r"^([A-Za-z_:][\w:]*)(?:\{(.*)\})? (\S+)", re.M)
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')
PRECISION = 1000
NO_RATE = ("seconds", "time")


class Collector:
    def __init__(self, settings):
        self.settings = settings
        self.url = settings["url"]
        self.context = ".".join(("prometheus", *filter(None, [settings.get("app")])))
        self.allowed = (settings.get("selector") or {}).get("allow") or ["*"]

    def collect(self):
        text = get(self.url, self.settings).decode()
        types, self.help = dict(TYPE.findall(text)), dict(HELP.findall(text))
        result, buckets = [], defaultdict(dict)
        for name, labels_text, value in SAMPLE.findall(text):
            # What has no number now has no point on its chart.
            if not math.isfinite(float(value)) or not any(fnmatch.fnmatchcase(name, pattern) for pattern in self.allowed):
                continue
            labels = dict(LABEL.findall(labels_text))
            base = re.sub(r"_(bucket|sum|count)$", "", name)
            if types.get(base) == "histogram" and "le" in labels:
                bound = labels.pop("le")
                buckets[base, tuple(labels.items())][bound] = float(value)
            else:
                growing = types.get(name) == "counter" or name.endswith(("_total", "_sum", "_count"))
                result.append(self.series(name, labels, float(value), growing))
        return result + [self.histogram(name, dict(labels), values) for (name, labels), values in buckets.items()]

    def series(self, name, labels, value, growing):
        units = units_of(name)
        if growing and units not in NO_RATE:
            units += "/s"
        key = series_id(name, labels)
        chart = self.chart(name, labels, units, "area" if units.startswith("bytes") else "line")
        chart.dims = [(key, name, "incremental" if growing else "absolute", PRECISION)]
        return chart, {key: value * PRECISION}

    def histogram(self, name, labels, values):
        """The observations in each bucket alone: the endpoint counts them with all smaller ones."""
        chart = self.chart(name, labels, "observations/s", "stacked")
        key = series_id(name, labels)
        chart.dims = [(f"{key}_bucket={bound}", bound, "incremental", PRECISION) for bound in values]
        before, alone = 0, {}
        for bound, value in values.items():
            alone[f"{key}_bucket={bound}"] = (value - before) * PRECISION
            before = value
        return chart, alone

    def chart(self, name, labels, units, kind):
        title = self.help.get(name, f'Metric "{name}"').replace("'", '"')
        return Chart(series_id(name, labels), title, units, family_of(name), f"{self.context}.{name}", [], kind, labels)


def series_id(name, labels):
    """Dots and spaces mean something to Netdata."""
    return "-".join((name, *(f"{key}={value}" for key, value in labels.items()))).replace(".", "_").replace(" ", "_")


def units_of(name):
    head, _, last = name.rpartition("_")
    if not head:
        return "events"
    if last in ("total", "sum", "count"):
        return units_of(head)
    return {"hertz": "Hz"}.get(last, last)


def family_of(name):
    """queue_messages_ready → queue_messages, load15 → load."""
    return "_".join(name.split("_")[:2]).rstrip("0123456789") or name
