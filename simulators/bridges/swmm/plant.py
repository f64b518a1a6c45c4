"""A SWMM run as the contract sees it: depths, flows and rain in SI units, settings of its pumps and gates, and what it has cost."""

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyswmm import Links, Nodes, RainGages, Simulation

FOOT_M = 0.3048
INCH_MM = 25.4
#: Cubic metres per second in one unit of flow.
FLOW_M3_S = {
    "CFS": FOOT_M**3,
    "GPM": 0.003785411784 / 60,
    "MGD": 3785.411784 / 86400,
    "CMS": 1.0,
    "LPS": 0.001,
    "MLD": 1000 / 86400,
}


@dataclass(frozen=True)
class Network:
    """What `urban-brain import swmm` wrote of the model."""

    district: str
    #: Nodes with a gauge, and links that can be set.
    gauges: list[str]
    actuators: list[str]
    terms: list[dict[str, Any]]


def read_network(city: Path) -> Network:
    """Raises ValueError when the directory is no city made from a SWMM file."""
    file = city / "drainage.json"
    if not file.exists():
        raise ValueError(f"{file} is missing: make the city with `urban-brain import swmm`")
    drainage = json.loads(file.read_text())
    devices = json.loads((city / "devices.geojson").read_text())["features"]
    gauges = [one["properties"]["id"] for one in devices if one["properties"]["kind"] == "level_gauge"]
    return Network(drainage["district"], gauges, drainage["actuators"], drainage["terms"])


class Plant:
    """One run of the model. Raises ValueError when the model lacks what the city names."""

    def __init__(self, simulation: Simulation, network: Network) -> None:
        self._simulation = simulation
        self._network = network
        metric = simulation.system_units == "SI"
        self._metre = 1.0 if metric else FOOT_M
        self._rain_mm = 1.0 if metric else INCH_MM
        self._flow_m3_s = FLOW_M3_S[simulation.flow_units]
        self._nodes = {node.nodeid: node for node in Nodes(simulation)}
        self._links = {link.linkid: link for link in Links(simulation)}
        self._rain = {gauge.raingageid: gauge for gauge in RainGages(simulation)}
        terms = {(term["on"], term.get("node") or term["link"]) for term in network.terms}
        named = {("node", name) for name in network.gauges} | {("link", name) for name in network.actuators}
        named |= {("node" if on == "flooding" else "link", name) for on, name in terms}
        for kind, name in sorted(named):
            if name not in (self._nodes if kind == "node" else self._links):
                raise ValueError(f"the model has no {kind} {name}, which the city names: import the city anew from this model")
        #: m³ by objective, its key as `flooding T1`.
        self.volumes_m3: Counter = Counter()
        self.lost_m3 = 0.0
        self.cost = 0.0
        self._flows: dict[str, float] = {}
        self._switches: Counter = Counter()
        # Nobody has commanded them yet: open, full speed (contract section 6).
        for name in network.actuators:
            self._links[name].target_setting = 1.0

    def readings(self) -> list[tuple[str, str, dict[str, float]]]:
        """Domain, device and values."""
        levels = [("flood", name, {"level_m": self._nodes[name].depth * self._metre}) for name in self._network.gauges]
        drives = [
            ("drain", name, {"setting": self._links[name].target_setting, "flow_m3_s": self._links[name].flow * self._flow_m3_s})
            for name in self._network.actuators
        ]
        rain = [("weather", name, {"rain_mm_h": gauge.rainfall * self._rain_mm}) for name, gauge in self._rain.items()]
        return levels + drives + rain

    def obey(self, command: dict[str, Any], name: str) -> None:
        setting = command.get("setting")
        if command.get("kind") != "drain.setting" or name not in self._network.actuators or not isinstance(setting, (int, float)):
            return
        wanted = min(1.0, max(0.0, float(setting)))
        if abs(wanted - self._links[name].target_setting) > 1e-9:
            self._switches[name] += 1
        self._links[name].target_setting = wanted

    def account(self, step_s: float) -> None:
        """What the routing step that has just ended adds to each objective: weight × volume in m³."""
        self.lost_m3 += sum(node.flooding for node in self._nodes.values()) * self._flow_m3_s * step_s
        for term in self._network.terms:
            on, weight = term["on"], term["weight"]
            if on == "flooding":
                name = term["node"]
                volume = self._nodes[name].flooding * self._flow_m3_s * step_s
            else:
                name = term["link"]
                flow = abs(self._links[name].flow) * self._flow_m3_s
                if on == "flow":
                    volume = flow * step_s
                elif on == "flow_change":
                    volume = abs(flow - self._flows.get(name, flow)) * step_s
                else:
                    volume = max(0.0, flow - term["limit_m3_s"]) * step_s
            self.volumes_m3[f"{on} {name}"] += volume
            self.cost += weight * volume
        for name in {term["link"] for term in self._network.terms if "link" in term}:
            self._flows[name] = abs(self._links[name].flow) * self._flow_m3_s

    def metrics(self) -> dict[str, float]:
        return {
            "cost": round(self.cost, 3),
            "lost_m3": round(self.lost_m3, 1),
            "switches": sum(self._switches.values()),
            **{f"{name} m3": round(volume, 1) for name, volume in sorted(self.volumes_m3.items())},
        }
