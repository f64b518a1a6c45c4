"""Detectors of a SUMO run as the contract counts them (section 2): vehicles, queued and approaching by lane."""

from collections import defaultdict

import libsumo

from cabinet import Cabinet
from network import Junction

QUEUED_MPS = 0.1


class Counts:
    """Vehicles further upstream than the lane of the stop line are counted on the lane that they are on the way to."""

    def __init__(self, junctions: list[Junction]) -> None:
        self._near = {lane: junction for junction in junctions for lane in junction.entering}
        self._lane_of = {(j.signal.id, link): lane for j in junctions for link, lane in j.signal.lane_of.items()}
        self._length_m = {lane: libsumo.lane.getLength(lane) for lane in self._near}

    def read(self) -> dict[str, list[int]]:
        """By SUMO lane."""
        counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
        for vehicle in libsumo.vehicle.getIDList():
            lane = libsumo.vehicle.getLaneID(vehicle)
            if lane in self._near:
                ahead_m = self._length_m[lane] - libsumo.vehicle.getLanePosition(vehicle)
            else:
                coming = libsumo.vehicle.getNextTLS(vehicle)
                if not coming:
                    continue
                signal, link, ahead_m, _ = coming[0]
                lane = self._lane_of.get((signal, link), "")
                if lane not in self._near or ahead_m > self._near[lane].entering[lane][1]:
                    continue
            count = counts[lane]
            count[0] += 1
            if libsumo.vehicle.getSpeed(vehicle) < QUEUED_MPS:
                count[1] += 1
            elif ahead_m <= self._near[lane].detection_m:
                count[2] += 1
        return counts


def reading(junction: Junction, cabinet: Cabinet, counts: dict[str, list[int]], now_ms: int) -> dict:
    leaving = {
        name: [libsumo.lane.getLastStepVehicleNumber(lane), libsumo.lane.getLastStepHaltingNumber(lane)]
        for lane, name in junction.leaving.items()
    }
    return {
        "ts": now_ms,
        "phase": cabinet.phase,
        "target": cabinet.target,
        "clearing": cabinet.clearing,
        "age_s": cabinet.age_s,
        "in": {name: list(counts.get(lane, (0, 0, 0))) for lane, (name, _) in junction.entering.items()},
        "out": leaving,
    }
