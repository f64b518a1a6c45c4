"""What a SUMO network says of its signals: programs, links and which of them cross. Read with SUMO's own library."""

import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import sumolib

GREEN = "Gg"
CHANGING = set("yYu")


@dataclass(frozen=True)
class Phase:
    duration_s: float
    state: str
    min_s: float | None


@dataclass(frozen=True)
class Clearance:
    """Seconds in which people on foot finish, of yellow, and of red for all."""

    walk_s: float
    yellow_s: float
    all_red_s: float


@dataclass(frozen=True)
class Signal:
    """One signal of the network. Links are positions in the letters of its states."""

    id: str
    phases: tuple[Phase, ...]
    car_links: frozenset[int]
    foes: frozenset[tuple[int, int]]
    #: Entering lane of every link that stops cars.
    lane_of: dict[int, str]

    def greens(self) -> list[int]:
        """Phases without yellow that open a link to cars; those that only let people on foot finish are left out."""
        found = []
        for index, phase in enumerate(self.phases):
            if set(phase.state) & CHANGING or not self.opens(phase):
                continue
            before = self.phases[index - 1]
            if len(self.phases) > 1 and not set(before.state) & CHANGING and self.cars(before) == self.cars(phase):
                continue
            found.append(index)
        return found or [i for i, phase in enumerate(self.phases) if self.opens(phase)][:1]

    def opens(self, phase: Phase) -> bool:
        return any(letter in GREEN for letter in self.cars(phase))

    def cars(self, phase: Phase) -> tuple[str, ...]:
        return tuple(phase.state[link] for link in sorted(self.car_links))

    def clearances(self) -> dict[tuple[int, int], Clearance]:
        """Between greens that follow each other in the program."""
        greens = self.greens()
        found = {}
        for index in greens:
            walk, yellow, all_red = 0.0, 0.0, 0.0
            for step in range(1, len(self.phases) + 1):
                at = (index + step) % len(self.phases)
                phase = self.phases[at]
                if at in greens:
                    found[index, at] = Clearance(walk, yellow, all_red)
                    break
                if set(phase.state) & CHANGING:
                    yellow += phase.duration_s
                elif self.opens(phase):
                    walk += phase.duration_s
                else:
                    all_red += phase.duration_s
        return found

    def conflicts(self, state: str) -> list[tuple[int, int]]:
        """Links with priority at once that cross."""
        return [(a, b) for a, b in sorted(self.foes) if state[a] == "G" and state[b] == "G"]


@dataclass(frozen=True)
class Junction:
    """A junction of the city directory and the signal that it is."""

    id: str
    district: str
    signal: Signal
    #: City name by SUMO lane, and how far upstream of the stop line vehicles are counted.
    entering: dict[str, tuple[str, float]]
    leaving: dict[str, str]
    detection_m: float
    #: Phases that may be asked for, with their shortest green.
    green_min_s: dict[int, float]


def read_junctions(city: Path, net_file: Path) -> list[Junction]:
    """Raises ValueError when the city directory was not made of this network."""
    try:
        described = json.loads((city / "junctions.json").read_text())
        names = json.loads((city / "sumo.json").read_text())
    except FileNotFoundError as error:
        raise ValueError(f"{error.filename} is missing: make the city with `urban-brain import sumo {net_file} --out {city}`") from error
    net = sumolib.net.readNet(str(net_file), withPrograms=True, withFoes=True)
    signals = {tls.getID(): tls for tls in net.getTrafficLights()}
    junctions = []
    for one in described:
        tls = signals.get(names["junctions"].get(one["id"]))
        if tls is None:
            raise ValueError(f"{one['id']} is no signal of {net_file}")
        lane = names["lanes"]
        greens = {p["index"]: max(p["green_s_min"], p["walk_s"] or 0) for p in one["phases"]}
        junctions.append(
            Junction(
                id=one["id"],
                district=one["district"],
                signal=_signal(net, tls),
                entering={lane[e["id"]]: (e["id"], e["length_m"]) for e in one["entering"]},
                leaving={lane[e["id"]]: e["id"] for e in one["leaving"]},
                detection_m=one["detection_m"],
                green_min_s=greens,
            )
        )
    return junctions


def _signal(net: "sumolib.net.Net", tls: "sumolib.net.TLS") -> Signal:
    program = next(iter(tls.getPrograms().values()))
    phases = tuple(
        Phase(p.duration, p.state, None if p.minDur is None or p.minDur < 0 else float(p.minDur)) for p in program.getPhases()
    )
    lane_of, at_node = {}, defaultdict(list)
    for source, target, link in tls.getConnections():
        if not (source.allows("passenger") and target.allows("passenger")):
            continue
        lane_of[link] = source.getID()
        connection = next(c for c in source.getOutgoing() if c.getToLane() == target)
        node = source.getEdge().getToNode()
        at_node[node.getID()].append((node.getLinkIndex(connection), link))
    foes = set()
    for node, links in at_node.items():
        for position, link in links:
            for other_position, other in links:
                if link < other and net.getNode(node).areFoes(position, other_position):
                    foes.add((link, other))
    return Signal(tls.getID(), phases, frozenset(lane_of), frozenset(foes), lane_of)
