"""Datetimes as Python's datetime module writes and counts them.

Writes space/testdata/datetimes.json: for instants between the years 1 and 9999
the seconds and microseconds since 1970-01-01 UTC, and their texts by layout.

    python3 generate.py > ../../../space/testdata/datetimes.json
"""

import json
import platform
import random
from datetime import datetime, timedelta, timezone

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
# strftime("%Y") does not pad years before 1000 on every system: those are
# written by isoformat only.
LAYOUTS = {
    "%Y-%m-%dT%H:%M:%S.%6f%:z": lambda t: t.isoformat(timespec="microseconds"),
    "%Y-%m-%d": lambda t: t.date().isoformat(),
    "%a, %d %b %Y %H:%M:%S.%6f %z": lambda t: t.strftime("%a, %d %b %Y %H:%M:%S.%f %z"),
    "%A, %B %d %Y %I:%M:%S.%6f %p": lambda t: t.strftime("%A, %B %d %Y %I:%M:%S.%f %p"),
    "%d/%m/%y %H:%M": lambda t: t.strftime("%d/%m/%y %H:%M"),
}


def main():
    rng = random.Random(1)
    times = []
    for year in (1, 4, 100, 400, 1000, 1582, 1600, 1899, 1900, 1968, 1969, 1970, 1999,
                 2000, 2001, 2023, 2024, 2038, 2068, 2069, 2100, 2400, 9996, 9999):
        for month, day in ((1, 1), (2, 28), (3, 1), (12, 31)):
            times.append(datetime(year, month, day, 23, 59, 59, 999999, timezone.utc))
            times.append(datetime(year, month, day, 0, 0, 0, 0, timezone.utc))
        if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0):
            times.append(datetime(year, 2, 29, 12, 0, 0, 1, timezone.utc))
    first, last = datetime(1, 1, 3, tzinfo=timezone.utc), datetime(9999, 12, 29, tzinfo=timezone.utc)
    span = int((last - first).total_seconds())
    for _ in range(300):
        zone = timezone(timedelta(minutes=rng.choice((0, 60, 120, 330, -210, 765, -720))))
        t = first + timedelta(seconds=rng.randrange(span), microseconds=rng.randrange(10**6))
        times.append(t.astimezone(zone))
    rows = []
    for t in times:
        since = t - EPOCH
        rows.append({
            "seconds": since.days * 86400 + since.seconds,
            "micros": since.microseconds,
            "offset": int(t.utcoffset().total_seconds()),
            "texts": {k: f(t) for k, f in LAYOUTS.items() if t.year >= 1000 or "isoformat" in f.__code__.co_names},
        })
    lines = ",\n  ".join(json.dumps(r) for r in rows)
    print(f'{{"generator": "Python {platform.python_version()}", "rows": [\n  {lines}\n]}}')


main()
