"""
The cabinet at the kerb: shows one phase or clears to the next, whatever it is asked. It keeps the shortest green, yellow and red of the
network's own program, never shows two crossing links with priority, and counts what it refused. It knows nothing of the engine.
"""

from collections import Counter
from dataclasses import dataclass, field

from network import GREEN, Clearance, Signal


def _total_s(clearance: Clearance) -> float:
    return clearance.walk_s + clearance.yellow_s + clearance.all_red_s


@dataclass
class Cabinet:
    signal: Signal
    #: Phases that may be asked for, with their shortest green in seconds.
    green_min_s: dict[int, float]
    phase: int = field(init=False)
    target: int = field(init=False)
    clearing: bool = field(init=False, default=False)
    #: Seconds since the green, or the clearance, began.
    age_s: int = field(init=False, default=0)
    refused: Counter = field(init=False, default_factory=Counter)

    def __post_init__(self) -> None:
        unsafe = [i for i in self.green_min_s if self.signal.conflicts(self.signal.phases[i].state)]
        self.safe = {index for index in self.green_min_s if index not in unsafe}
        if not self.safe:
            raise ValueError(f"signal {self.signal.id} has no phase without conflict")
        self.phase = self.target = min(self.safe)
        self._need = Clearance(0, 0, 0)
        self._told = self.signal.clearances()
        told = [one for one in self._told.values() if one.yellow_s + one.all_red_s > 0] or [Clearance(0, 3, 2)]
        self._longest = Clearance(max(c.walk_s for c in told), max(c.yellow_s for c in told), max(c.all_red_s for c in told))

    def clearance(self, source: int, target: int) -> Clearance:
        """What the program tells for the pair, where nobody would lose green without warning; else its longest."""
        told = self._told.get((source, target))
        if told is None or (told.yellow_s == 0 and self._loses(source, target)):
            return self._longest
        return told

    def _loses(self, source: int, target: int) -> set[int]:
        """Links that stop cars and lose green."""
        before, after = (self.signal.phases[i].state for i in (source, target))
        return {link for link in self.signal.car_links if before[link] in GREEN and after[link] not in GREEN}

    def shortest_s(self) -> float:
        return max(self.green_min_s[self.phase], self.signal.phases[self.phase].min_s or 0)

    def tick(self) -> None:
        """One second passes."""
        self.age_s += 1
        if not self.clearing:
            return
        if self.age_s >= _total_s(self._need):
            self.phase, self.clearing, self.age_s = self.target, False, 0

    def request(self, phase: int) -> str | None:
        """Asks for a phase; why it is refused, or None. While clearing, the target may change to one that needs no other clearance."""
        why = self._why_refused(phase)
        if why is not None:
            self.refused[why] += 1
        elif self.clearing:
            self.target = phase
        elif phase != self.phase:
            self.target, self.clearing, self.age_s = phase, True, 0
            self._need = self.clearance(self.phase, phase)
        return why

    def _why_refused(self, phase: int) -> str | None:
        if phase not in self.green_min_s:
            return "no_such_phase"
        if phase not in self.safe:
            return "conflict"
        if not self.clearing and phase != self.phase and self.age_s < self.shortest_s():
            return "short_green"
        if self.clearing and phase != self.target:
            # A lamp that has turned yellow must not turn green again, and one that stayed green gets a yellow of its own.
            same = self._loses(self.phase, phase) == self._loses(self.phase, self.target)
            if not same or _total_s(self.clearance(self.phase, phase)) > _total_s(self._need):
                return "other_clearance"
        return None

    def state(self) -> str:
        """The letters to show now: who keeps green keeps it through the clearance, who loses it sees yellow, then red."""
        before = self.signal.phases[self.phase].state
        if not self.clearing:
            return before
        after = self.signal.phases[self.target].state
        need = self._need
        letters = []
        for link, (old, new) in enumerate(zip(before, after)):
            if old not in GREEN:
                letters.append("r")
            elif new in GREEN:
                letters.append(old)
            elif link not in self.signal.car_links:
                letters.append("r")
            elif self.age_s < need.walk_s:
                letters.append(old)
            else:
                letters.append("y" if self.age_s < need.walk_s + need.yellow_s else "r")
        return "".join(letters)
