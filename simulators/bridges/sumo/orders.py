"""Commands of the engine (contract section 4) as what a cabinet is to show, second by second."""

from dataclasses import dataclass

from cabinet import Cabinet


@dataclass
class Order:
    """The newest command. In lockstep it holds until the next one; a preempt until its own end."""

    kind: str = "none"
    phase: int = 0
    until_ms: int = 0
    cycle_s: float = 0
    offset_s: float = 0
    splits: tuple[tuple[int, float], ...] = ()

    def wanted(self, cabinet: Cabinet, now_ms: int) -> int | None:
        """The phase to ask for now; None leaves the cabinet alone."""
        if self.kind == "signal.phase" or (self.kind == "signal.preempt" and now_ms < self.until_ms):
            return self.phase
        if self.kind != "signal.plan":
            return None
        left_s = (now_ms / 1000 - self.offset_s) % self.cycle_s
        for i, (phase, green_s) in enumerate(self.splits):
            need = cabinet.clearance(self.splits[i - 1][0], phase)
            slot_s = green_s + need.walk_s + need.yellow_s + need.all_red_s
            if left_s < slot_s:
                return phase
            left_s -= slot_s
        return self.splits[-1][0]


def read_order(command: dict, cabinet: Cabinet, now_ms: int) -> Order | str:
    """The order, or why there is none: a command that has expired is never obeyed, nor one for a phase that is not there."""
    if command["expires"] <= now_ms:
        return "expired"
    kind = command["kind"]
    if kind == "signal.plan":
        splits = tuple((s["phase"], float(s["green_s"])) for s in command["splits"])
        if not splits or command["cycle_s"] <= 0:
            return "empty_plan"
        if any(phase not in cabinet.safe for phase, _ in splits):
            return "no_such_phase"
        return Order(kind, cycle_s=command["cycle_s"], offset_s=command["offset_s"], splits=splits)
    if kind not in ("signal.phase", "signal.preempt"):
        return "unknown_kind"
    if command["phase"] not in cabinet.safe:
        return "no_such_phase"
    return Order(kind, phase=command["phase"], until_ms=command.get("until", 0))
