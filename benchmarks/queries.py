"""The five questions most often asked of the published file, and how long each takes.

To be run as a module: python -m benchmarks.queries FILE prints a JSON object of medians in milliseconds.
"""

import json
import statistics
import sys
import time
from pathlib import Path

import duckdb

QUERIES = {
    "one country and indicator, all years": "SELECT time_period, obs_value FROM observations "
    "WHERE indicator = 'inbound_students' AND ref_area = 'KAZ' AND counterpart_area = '_T'",
    "ranking of a year": "SELECT ref_area, obs_value FROM observations WHERE indicator = 'inbound_students' "
    "AND counterpart_area = '_T' AND time_period = '2018' ORDER BY obs_value DESC",
    "country × indicator pivot": "SELECT ref_area, first(obs_value) FILTER (indicator = 'inbound_students') AS inbound, "
    "first(obs_value) FILTER (indicator = 'outbound_students') AS outbound, "
    "first(obs_value) FILTER (indicator = 'tertiary_enrolment') AS enrolment FROM observations "
    "WHERE indicator IN ('inbound_students', 'outbound_students', 'tertiary_enrolment') AND time_period = '2018' "
    "AND counterpart_area = '_T' GROUP BY ref_area",
    "latest_observations of one country": "SELECT indicator, time_period, obs_value, obs_status FROM latest_observations "
    "WHERE ref_area = 'KAZ'",
    "observations_as_of a day, one country": "SELECT indicator, time_period, obs_value, obs_status "
    "FROM observations_as_of(DATE '2026-06-30') WHERE ref_area = 'KAZ'",
}
_TIMES = 7


def main(database: Path) -> None:
    """Ask each of them several times; results are taken as Arrow, so that Python's objects are not what is measured."""
    with duckdb.connect(str(database), read_only=True) as db:
        medians = {}
        for name, query in QUERIES.items():
            times = []
            for _ in range(_TIMES):
                start = time.perf_counter()
                db.sql(query).to_arrow_table()
                times.append(time.perf_counter() - start)
            medians[name] = 1000 * statistics.median(times)
    sys.stdout.write(json.dumps(medians))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
