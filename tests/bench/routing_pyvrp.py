"""PyVRP beside ours: a line {"file", "limit_s", "seed"} in, a line {"routes"} out. Its limit is processor time too."""

import json
import sys
import time

import pyvrp


def customers(route):
    """Customers of a route by their numbers in the file; the depot is 0."""
    return [activity.idx + 1 for activity in route if activity.is_client()]


for line in sys.stdin:
    task = json.loads(line)
    data = pyvrp.read(task["file"], round_func="dimacs")
    start = time.process_time()
    result = pyvrp.solve(
        data,
        stop=lambda best_cost: time.process_time() - start > task["limit_s"],
        seed=task["seed"],
        collect_stats=False,
    )
    feasible = result.is_feasible()
    routes = [customers(route) for route in result.best.routes()]
    print(json.dumps({"routes": routes if feasible else None}), flush=True)
