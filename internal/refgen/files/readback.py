"""Has pandas, pyarrow and DuckDB read what package files writes to a folder DIR.

    go test ../../../table/files -run TestOthersReadOurFiles -readback DIR
    python3 readback.py DIR > ../../../table/files/testdata/readback.json

It fails where a cell is not what cells.json says; what it prints is the digest
of each file, and the types that the columns have for their readers. The
versions are those of requirements.txt.
"""

import datetime
import gzip
import hashlib
import io
import json
import math
import pathlib
import sys

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import zstandard

DIR = pathlib.Path(sys.argv[1])
WANT = json.loads((DIR / "cells.json").read_text())


def plain(cell):
    """A cell as cells.json has it: number, text or None."""
    if cell is None or cell is pd.NaT or cell is pd.NA or (isinstance(cell, float) and math.isnan(cell)):
        return None
    if isinstance(cell, (datetime.datetime, pd.Timestamp)):
        return cell.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(cell, (datetime.date, datetime.time)):
        return cell.isoformat()
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, str):
        return cell
    return float(cell)


def same(got, want):
    got = plain(got)
    if isinstance(want, (int, float)):
        try:
            return got is not None and math.isclose(float(got), want, rel_tol=1e-6 if abs(want) < 1000 else 0)
        except ValueError:
            return False
    if isinstance(want, str) and isinstance(got, str):
        # Some read a day as its midnight, and a time as a span from there.
        strip = lambda s: s.removesuffix(" 00:00:00").removeprefix("0 days ")
        return strip(got) == strip(want)
    return got == want


def check(reader, columns):
    """columns: name to list of cells."""
    assert list(columns) == WANT["columns"], (reader, list(columns))
    for name, want in WANT["cells"].items():
        got = columns[name]
        assert len(got) == len(want), (reader, name, len(got))
        for i, (g, w) in enumerate(zip(got, want)):
            assert same(g, w), (reader, name, i, g, w)


def check_frame(reader, frame):
    check(reader, {name: frame[name].astype(object).tolist() for name in frame.columns})
    return {name: str(t) for name, t in frame.dtypes.items()}


def check_arrow(reader, table):
    check(reader, {name: table[name].to_pylist() for name in table.column_names})
    return {f.name: str(f.type) for f in table.schema}


def check_duck(reader, source):
    duck = duckdb.connect()
    duck.execute("SET TimeZone = 'UTC'")
    r = duck.execute(f"SELECT * FROM {source}")
    types = {d[0]: str(d[1]) for d in r.description}
    rows = r.fetchall()
    check(reader, {name: [row[j] for row in rows] for j, name in enumerate(types)})
    return types


def unpacked(path):
    raw = path.read_bytes()
    if path.suffix == ".gz":
        return gzip.decompress(raw)
    if path.suffix == ".zst":
        return zstandard.ZstdDecompressor().decompressobj().decompress(raw)
    return raw


digests, types = {}, {}
for path in sorted(DIR.glob("table.*")):
    digests[path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
    seen = types[path.name] = {}
    match path.suffixes[0]:
        case ".csv" | ".tsv":
            sep = "," if ".csv" in path.suffixes else "\t"
            seen["pandas"] = check_frame(path.name, pd.read_csv(path, sep=sep))
            options = pa.csv.ParseOptions(delimiter=sep, newlines_in_values=True)
            convert = pa.csv.ConvertOptions(strings_can_be_null=True)
            seen["pyarrow"] = check_arrow(path.name, pa.csv.read_csv(io.BytesIO(unpacked(path)), parse_options=options, convert_options=convert))
            seen["duckdb"] = check_duck(path.name, f"read_csv('{path}', delim='{sep}')")
        case ".jsonl":
            seen["pandas"] = check_frame(path.name, pd.read_json(path, lines=True, convert_dates=False))
            seen["duckdb"] = check_duck(path.name, f"read_json('{path}', format='newline_delimited')")
        case ".parquet":
            data = unpacked(path)
            seen["pandas"] = check_frame(path.name, pd.read_parquet(io.BytesIO(data)))
            seen["pyarrow"] = check_arrow(path.name, pa.parquet.read_table(io.BytesIO(data)))
            if path.suffix == ".parquet":
                seen["duckdb"] = check_duck(path.name, f"read_parquet('{path}')")

versions = {m.__name__: m.__version__ for m in (pd, pa, duckdb)}
# The compressed files have the types of the plain ones.
types = {name: t for name, t in types.items() if name.count(".") == 1}
json.dump({"read by": versions, "sha256": digests, "types": types}, sys.stdout, indent=1)
print()
