"""
A drill on an EPA SWMM model: SWMM owns time, the engine sets pumps and gates over MQTT. Start the engine first:

    urban-brain import swmm network.inp --objectives goals.json --out my-city
    urban-brain start --city my-city --clock mqtt --mqtt-port 1883
    python drill.py --city my-city --model network.inp
"""

import argparse
import json
import random
import sys
import tempfile
from datetime import timedelta, timezone
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))

from pyswmm import Simulation
from pyswmm.swmm5 import PYSWMMException

from plant import Plant, read_network

from lockstep import Lockstep


def parse(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--city", type=Path, required=True, help="city directory made by `urban-brain import swmm`")
    parser.add_argument("--model", type=Path, required=True, help="the SWMM input file (.inp) with its rain")
    parser.add_argument("--mqtt", default="127.0.0.1:1883", metavar="HOST:PORT", help="the engine's broker (127.0.0.1:1883)")
    parser.add_argument("--world", default="swmm", help="name of this run (swmm)")
    parser.add_argument("--interval-s", type=int, default=300, help="seconds between two decisions (300)")
    parser.add_argument("--noise", type=float, default=0.0, help="relative standard deviation of every reading (0)")
    parser.add_argument("--drop", type=float, default=0.0, help="share of readings that are lost (0)")
    parser.add_argument("--seed", type=int, default=1, help="seed of noise and losses (1)")
    parser.add_argument("--uncontrolled", action="store_true", help="without engine: everything open, for comparison")
    parser.add_argument("--json", action="store_true", help="print the result as one line of JSON")
    args = parser.parse_args(argv)
    if args.interval_s < 1:
        parser.error(f"--interval-s takes a number of seconds from 1, not {args.interval_s}")
    if args.noise < 0 or not 0 <= args.drop <= 1:
        parser.error("--noise takes a number from 0, --drop one from 0 to 1")
    return args


def complaints(report: Path) -> str:
    """What SWMM itself says is wrong with the model."""
    if not report.exists():
        return ""
    lines = [line.strip() for line in report.read_text(errors="replace").splitlines()]
    return "".join(f"; {line} {after}" for line, after in zip(lines, [*lines[1:], ""]) if line.startswith("ERROR"))


def measured(value: float, draw: random.Random, noise: float) -> float:
    return value if noise == 0 else value * (1 + draw.gauss(0, noise))


def drive(simulation: Simulation, plant: Plant, engine: Lockstep | None, args: argparse.Namespace, district: str) -> None:
    """Reads, asks and obeys every interval, and lets the model run in between."""
    draw = random.Random(args.seed)
    step = 0
    due = before = simulation.start_time
    for _ in simulation:
        now = simulation.current_time
        plant.account((now - before).total_seconds())
        before = now
        if engine is None or now < due:
            continue
        now_ms = round(now.replace(tzinfo=timezone.utc).timestamp() * 1000)
        for domain, device, values in plant.readings():
            heard = {name: measured(value, draw, args.noise) for name, value in values.items()}
            if draw.random() >= args.drop:
                engine.report(district, domain, device, {"ts": now_ms, "seq": step, "v": heard})
        for device, command in engine.step(step, now_ms):
            plant.obey(command, device)
        step += 1
        while due <= now:
            due += timedelta(seconds=args.interval_s)


def main(argv: list[str] | None = None) -> int:
    args = parse(argv)
    engine = None
    with tempfile.TemporaryDirectory() as scratch:
        try:
            network = read_network(args.city)
            if not args.model.is_file():
                raise ValueError(f"{args.model} is missing")
            if not args.uncontrolled:
                engine = Lockstep(args.mqtt, args.world, "drain")
            with Simulation(str(args.model), f"{scratch}/report.rpt", f"{scratch}/output.out") as simulation:
                simulation.start()
                plant = Plant(simulation, network)
                drive(simulation, plant, engine, args, network.district)
                metrics = plant.metrics()
            if engine is not None:
                engine.end(metrics)
        except Exception as error:
            # SWMM's own toolkit raises nothing narrower than Exception; anything else that was not foreseen is a fault of this program.
            if type(error) is not Exception and not isinstance(error, (OSError, ValueError, PYSWMMException)):
                raise
            print(f"drill: {' '.join(str(error).split())}{complaints(Path(scratch, 'report.rpt'))}", file=sys.stderr)
            return 3 if isinstance(error, ConnectionError) else 2
        finally:
            if engine is not None:
                engine.close()
    if engine is not None:
        metrics["answer_ms_p99"] = engine.answer_ms_p99()
    if args.json:
        print(json.dumps(metrics))
    else:
        for name, value in metrics.items():
            print(f"{name:24} {value}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
