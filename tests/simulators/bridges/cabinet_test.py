"""Random requests at the cabinet of a SUMO signal; an inspector looks at the lamps once a second and knows the program only."""

import random
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / "simulators/bridges/sumo"))
sys.modules.setdefault("sumolib", type(sys)("sumolib"))

from cabinet import Cabinet  # noqa: E402
from network import Phase, Signal  # noqa: E402
from orders import Order, read_order  # noqa: E402

#: The T of tests/fixtures/sumo, its last link a crossing for people on foot.
PROGRAM = [
    (30, "GgrrGGr", 6),
    (3, "ygrryyr", None),
    (6, "rGGrrrr", 5),
    (3, "ryyrrrr", None),
    (1, "rrrrrrr", None),
    (20, "rrGgrrG", 5),
    (5, "rrGgrrr", None),
    (4, "rryyrrr", None),
    (2, "rrrrrrr", None),
]
FOES = {(0, 3), (1, 3), (1, 4), (1, 5), (2, 5), (3, 5)}
MIN_S = {0: 6, 2: 5, 5: 13}


def tee(**change):
    phases = tuple(Phase(*phase) for phase in PROGRAM)
    given = {"id": "X", "phases": phases, "car_links": frozenset(range(6)), "foes": frozenset(FOES), "lane_of": {}}
    return Signal(**{**given, **change})


class Inspector:
    def __init__(self, test, signal):
        self.test, self.signal, self.before = test, signal, None
        self.green_s = [10**6] * 7
        self.yellow_s = [10**6] * 7
        self.seconds = 0

    def look(self, state):
        self.seconds += 1
        for a, b in self.signal.foes:
            both = state[a] in "Gg" and state[b] in "Gg"
            self.test.assertFalse(both and state[a] == state[b] == "G", f"{a} and {b} in {state}")
            # Before a protected green is shown, its foe is red.
            for one, other in ((a, b), (b, a)):
                self.test.assertFalse(state[one] == "G" and state[other] == "y", f"{one} opens into the yellow of {other}: {state}")
        for link, letter in enumerate(state):
            old = self.before[link] if self.before else letter
            if old in "Gg" and letter not in "Gg" and link < 6:
                self.test.assertEqual(letter, "y", f"link {link} turns red without yellow")
                if self.seconds > 14:
                    self.test.assertGreaterEqual(self.green_s[link], 5, f"short green of link {link}")
                self.yellow_s[link] = 0
            if old == "y" and letter != "y":
                self.test.assertEqual(letter, "r", f"link {link} turns from yellow to {letter}")
                self.test.assertGreaterEqual(self.yellow_s[link], 3)
            self.green_s[link] = 0 if letter not in "Gg" else self.green_s[link] + 1
            self.yellow_s[link] += letter == "y"
        self.before = state


class CabinetTest(unittest.TestCase):
    def test_random_requests_never_show_what_must_not_be(self):
        for seed in range(300):
            draw = random.Random(seed)
            cabinet = Cabinet(tee(), dict(MIN_S))
            inspector = Inspector(self, cabinet.signal)
            for _ in range(200):
                cabinet.tick()
                for _ in range(draw.choice([0, 0, 1, 1, 3])):
                    cabinet.request(draw.choice([0, 2, 5, 5, 1, -1, 99]))
                inspector.look(cabinet.state())

    def test_the_program_tells_phases_and_clearances(self):
        signal = tee()
        self.assertEqual(signal.greens(), [0, 2, 5])
        told = {pair: (c.walk_s, c.yellow_s, c.all_red_s) for pair, c in signal.clearances().items()}
        self.assertEqual(told, {(0, 2): (0, 3, 0), (2, 5): (0, 3, 1), (5, 0): (5, 4, 2)})

    def test_people_finish_before_cars_lose_green(self):
        cabinet = Cabinet(tee(), dict(MIN_S))
        for wanted, seconds in ((2, 20), (5, 20), (0, 12)):
            for _ in range(seconds):
                cabinet.tick()
            cabinet.request(wanted)
        shown = []
        for _ in range(12):
            shown.append(cabinet.state())
            cabinet.tick()
        self.assertEqual(shown[0], "rrGgrrG")
        for _ in range(5):
            cabinet.tick()
        cabinet.request(0)
        shown = []
        for _ in range(12):
            shown.append(cabinet.state())
            cabinet.tick()
        self.assertEqual(shown, ["rrGgrrr"] * 5 + ["rryyrrr"] * 4 + ["rrrrrrr"] * 2 + ["GgrrGGr"])

    def test_refuses_and_counts(self):
        cabinet = Cabinet(tee(), dict(MIN_S))
        cabinet.tick()
        self.assertEqual([cabinet.request(2), cabinet.request(1)], ["short_green", "no_such_phase"])
        crossing = tee(foes=frozenset(FOES | {(4, 5)}))
        self.assertEqual(Cabinet(crossing, dict(MIN_S)).request(0), "conflict")

    def test_orders(self):
        cabinet = Cabinet(tee(), dict(MIN_S))
        command = {"id": "1", "expires": 10_000, "kind": "signal.phase", "phase": 2}
        self.assertEqual(read_order(command, cabinet, 10_000), "expired")
        self.assertEqual(read_order({**command, "phase": 1}, cabinet, 0), "no_such_phase")
        self.assertEqual(read_order({**command, "kind": "signal.dance"}, cabinet, 0), "unknown_kind")
        self.assertEqual(read_order(command, cabinet, 0).wanted(cabinet, 99_000), 2)
        preempt = read_order({**command, "kind": "signal.preempt", "until": 20_000}, cabinet, 0)
        self.assertEqual([preempt.wanted(cabinet, at) for at in (19_999, 20_000)], [2, None])
        splits = [{"phase": 0, "green_s": 20}, {"phase": 2, "green_s": 6}, {"phase": 5, "green_s": 20}]
        plan = read_order({"expires": 10**9, "kind": "signal.plan", "cycle_s": 64, "offset_s": 4, "splits": splits}, cabinet, 0)
        self.assertEqual([plan.wanted(cabinet, at * 1000) for at in (4, 34, 35, 43, 44, 67, 68)], [0, 0, 2, 2, 5, 5, 0])
        self.assertIsNone(Order().wanted(cabinet, 0))


if __name__ == "__main__":
    unittest.main()
