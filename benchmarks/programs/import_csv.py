"""`import_csv`: a roster from a CSV file, with one kill -9 on the way, against sorted COPY of the same rows."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random

from benchmarks import rosters
from benchmarks.ground import ground, is_province
from benchmarks.province import build_unions

BAR = 0.30


def main() -> None:
    count, unions, rounds = (1_000_000, 53_000, 1) if is_province() else (100_000, 3_000, 3)
    with ground({"shared_buffers": "1GB"}) as place:
        build_unions(unions, now=datetime.now(UTC), random=Random(5))
        with place.connect() as connection:
            codes = rosters.unions(connection)
        path = place.folder / "roster.csv"
        rosters.write_csv(path, count, codes)
        for _ in range(rounds):
            print(rosters.measure(place, "import_csv", path, count, bar=BAR).line(), flush=True)


if __name__ == "__main__":
    main()
