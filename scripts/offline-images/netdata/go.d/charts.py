"""A chart, in the words of Netdata's plugin protocol."""
from dataclasses import dataclass, field


@dataclass
class Chart:
    """dims: (id, name[, algorithm[, divisor]]); algorithm is absolute or incremental."""

    id: str
    title: str
    units: str
    family: str
    context: str
    dims: list = field(default_factory=list)
    kind: str = "line"
    labels: dict = field(default_factory=dict)

    def declaration(self, full_id, every, module, job):
        lines = [
            f"CHART '{full_id}' '' '{self.title}' '{self.units}' '{self.family}' '{self.context}' "
            f"{self.kind} 70000 {every} '' 'go.d.plugin' '{module}'"
        ]
        for key, value in {**self.labels, "_collect_job": job}.items():
            lines.append(f"CLABEL '{key}' '{value}' 1")
        lines.append("CLABEL_COMMIT")
        for dim in self.dims:
            key, name, algorithm, divisor = (*dim, *("absolute", 1)[len(dim) - 2 :])
            lines.append(f"DIMENSION '{key}' '{name}' {algorithm} 1 {divisor}")
        return lines


def counters(*names):
    """Dimensions that only grow, shown per second."""
    return [(name, name, "incremental") for name in names]


def gauges(*names):
    return [(name, name) for name in names]
