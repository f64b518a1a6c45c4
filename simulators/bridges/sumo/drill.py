"""
A drill on a SUMO model: SUMO owns time, the engine steers the signals over MQTT. Start the engine first:

    urban-brain import sumo net.net.xml --out my-city
    urban-brain start --city my-city --clock mqtt --mqtt-port 1883
    python drill.py --city my-city --config model.sumocfg
"""

import argparse
import json
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

import libsumo

sys.path.append(str(Path(__file__).resolve().parents[1]))

from cabinet import Cabinet
from counts import Counts, reading
from network import Junction, read_junctions
from orders import Order, read_order

from lockstep import Lockstep

#: 2026-01-01 00:00 UTC, to which SUMO's seconds are added.
DAY_MS = 1_767_225_600_000


def parse(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--city", type=Path, required=True, help="city directory made by `urban-brain import sumo`")
    parser.add_argument("--config", type=Path, required=True, help="SUMO configuration (.sumocfg) with network, demand and times")
    parser.add_argument("--mqtt", default="127.0.0.1:1883", metavar="HOST:PORT", help="the engine's broker (127.0.0.1:1883)")
    parser.add_argument("--world", default="sumo", help="name of this run (sumo)")
    parser.add_argument("--seed", type=int, default=1, help="SUMO's seed (1)")
    parser.add_argument("--drain-s", type=int, default=1800, help="how long to go on after the end until all have arrived (1800)")
    parser.add_argument("--json", action="store_true", help="print the result as one line of JSON")
    parser.add_argument("sumo", nargs="*", help="further SUMO options, after --")
    return parser.parse_args(argv)


def input_of(config: Path, option: str) -> Path:
    element = ET.parse(config).getroot().find(f".//{option}")
    if element is None or "value" not in element.attrib:
        raise ValueError(f"{config} names no {option}")
    return config.parent / element.attrib["value"]


def drive(junctions: list[Junction], engine: Lockstep, end_s: float, drain_s: int) -> tuple[Counter, int]:
    """Second by second until the end, then until nobody is left; what the cabinets refused, and how many vehicles teleported."""
    cabinets = {j.id: Cabinet(j.signal, j.green_min_s) for j in junctions}
    orders = {j.id: Order() for j in junctions}
    counts = Counts(junctions)
    refused: Counter = Counter()
    step = 0
    teleports = 0
    while libsumo.simulation.getTime() < end_s or (
        libsumo.simulation.getMinExpectedNumber() > 0 and libsumo.simulation.getTime() < end_s + drain_s
    ):
        now_ms = DAY_MS + round(libsumo.simulation.getTime() * 1000)
        seen = counts.read()
        for junction in junctions:
            cabinet = cabinets[junction.id]
            cabinet.tick()
            engine.report(junction.district, "traffic", junction.id, reading(junction, cabinet, seen, now_ms))
        for name, command in engine.step(step, now_ms):
            if name not in cabinets:
                continue
            order = read_order(command, cabinets[name], now_ms)
            if isinstance(order, str):
                refused[order] += 1
            else:
                orders[name] = order
        for junction in junctions:
            cabinet = cabinets[junction.id]
            wanted = orders[junction.id].wanted(cabinet, now_ms)
            if wanted is not None and wanted != cabinet.target:
                cabinet.request(wanted)
            libsumo.trafficlight.setRedYellowGreenState(junction.signal.id, cabinet.state())
        libsumo.simulationStep()
        teleports += libsumo.simulation.getStartingTeleportNumber()
        step += 1
    for cabinet in cabinets.values():
        refused.update(cabinet.refused)
    return refused, teleports


def measure(trips_file: Path, teleports: int) -> dict[str, float | int]:
    """Mean delay of all trips: time lost on the way and waiting to be let in, also of those that have not arrived."""
    trips = ET.parse(trips_file).getroot().findall("tripinfo")
    unserved = sum(float(trip.get("arrival", "-1")) < 0 for trip in trips)
    delays = [float(trip.get("timeLoss", "0")) + max(0.0, float(trip.get("departDelay", "0"))) for trip in trips]
    return {
        "trips": len(trips),
        "delay_s": round(sum(delays) / max(1, len(delays)), 3),
        "arrived": len(trips) - unserved,
        "unserved": unserved,
        "teleports": teleports,
    }


def main(argv: list[str] | None = None) -> int:
    args = parse(argv)
    try:
        net_file = input_of(args.config, "net-file")
        junctions = read_junctions(args.city, net_file)
        engine = Lockstep(args.mqtt, args.world, "signal")
    except (OSError, ValueError, ET.ParseError) as error:
        print(f"drill: {error}", file=sys.stderr)
        return 3 if isinstance(error, ConnectionError) else 2
    with tempfile.TemporaryDirectory() as scratch:
        trips = Path(scratch) / "trips.xml"
        options = ["--seed", str(args.seed), "--step-length", "1", "--no-step-log", "--no-warnings", "--time-to-teleport", "-1"]
        output = ["--tripinfo-output", str(trips), "--tripinfo-output.write-unfinished"]
        try:
            libsumo.start(["sumo", "-c", str(args.config), *options, *output, *args.sumo])
            end_s = libsumo.simulation.getEndTime()
            if end_s < 0:
                raise ValueError(f"{args.config} names no end: add <end value=…/>")
            refused, teleports = drive(junctions, engine, end_s, args.drain_s)
            libsumo.close()
            metrics = measure(trips, teleports)
            engine.end(metrics)
        except (ConnectionError, ValueError, libsumo.TraCIException) as error:
            print(f"drill: {error}", file=sys.stderr)
            return 3 if isinstance(error, ConnectionError) else 2
        finally:
            engine.close()
    metrics["answer_ms_p99"] = engine.answer_ms_p99()
    metrics["refused"] = dict(refused)
    if args.json:
        print(json.dumps(metrics))
    else:
        for name, value in metrics.items():
            print(f"{name:14} {value}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
