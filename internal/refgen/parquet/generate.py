"""Parquet files by pyarrow, pandas and DuckDB, for the tests of table/parquet.

    python3 generate.py ../../../table/parquet/testdata

One table of every type, written in many ways, and what its cells are, in
expected.json: numbers (of times: in the unit of the file, but microseconds for
nanoseconds), texts, null. The versions are those of requirements.txt.
"""

import datetime
import decimal
import json
import pathlib
import sys
import uuid

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

OUT = pathlib.Path(sys.argv[1])
ROWS = 120
EPOCH = datetime.datetime(1970, 1, 1)
rng = np.random.default_rng(20240131)


def some_null(values):
    return [None if rng.random() < 0.15 else v for v in values]


def ints(lo, hi):
    return [lo, hi] + [int(x) for x in rng.integers(lo, hi, ROWS - 2)]


def decimals(digits, scale):
    with decimal.localcontext() as context:
        context.prec = 60
        top = 10 ** min(digits, 35) - 1
        draws = [top, -top, 0, 1, -1] + [
            int(rng.integers(-(10**9), 10**9)) * 10 ** max(0, digits - 10) for _ in range(ROWS - 5)
        ]
        draws = [max(-top, min(top, d)) for d in draws]
        return [decimal.Decimal(d).scaleb(-scale) for d in draws]


WORDS = ["red", "green", "blau", "", "naïve", "日本", "a,b\n\"c\""]
micros = [-(10**15), 0, 1] + [int(x) for x in rng.integers(0, 2 * 10**15, ROWS - 3)]
day_micros = [0, 86399999999] + [int(x) for x in rng.integers(0, 86400 * 10**6, ROWS - 2)]
instants = [EPOCH + datetime.timedelta(microseconds=m) for m in micros]
days = [datetime.datetime(9999, 12, 31)] + [EPOCH + datetime.timedelta(days=int(x)) for x in rng.integers(0, 20000, ROWS - 1)]
near = [EPOCH + datetime.timedelta(microseconds=m % 2**52) for m in micros]

# name: (arrow type, values, what a reader sees of a value)
number = lambda v: v
text = str
unit = lambda scale: lambda v: round((v - EPOCH) / datetime.timedelta(microseconds=1)) // scale
clock = lambda scale: lambda v: ((v.hour * 60 + v.minute) * 60 + v.second) * (10**6 // scale) + v.microsecond // scale
times = [(EPOCH + datetime.timedelta(microseconds=m)).time() for m in day_micros]
millis = [t.replace(microsecond=t.microsecond // 1000 * 1000) for t in times]

COLUMNS = {
    "i8": (pa.int8(), ints(-128, 127), number),
    "i16": (pa.int16(), ints(-(2**15), 2**15 - 1), number),
    "i32": (pa.int32(), ints(-(2**31), 2**31 - 1), number),
    "i64": (pa.int64(), ints(-(2**53), 2**53), number),
    "huge": (pa.int64(), ints(-(2**63), 2**63 - 1), text),
    "u8": (pa.uint8(), ints(0, 255), number),
    "u16": (pa.uint16(), ints(0, 2**16 - 1), number),
    "u32": (pa.uint32(), ints(0, 2**32 - 1), number),
    "u64": (pa.uint64(), ints(0, 2**53), number),
    "f32": (pa.float32(), [round(float(x), 2) for x in rng.normal(0, 100, ROWS)], number),
    "f64": (pa.float64(), [float(x) for x in rng.normal(0, 100, ROWS)], number),
    "bool": (pa.bool_(), [bool(x) for x in rng.integers(0, 2, ROWS)], lambda v: "true" if v else "false"),
    "level": (pa.string(), [WORDS[i] for i in rng.integers(0, len(WORDS), ROWS)], text),
    "text": (pa.string(), sorted("prefix/%d/%s" % (x, "x" * (x % 40)) for x in rng.integers(0, 9999, ROWS)), text),
    "binary": (pa.binary(), [WORDS[i].encode() for i in rng.integers(0, len(WORDS), ROWS)], lambda v: v.decode()),
    "dec9": (pa.decimal128(9, 2), decimals(9, 2), float),
    "dec15": (pa.decimal128(15, 4), decimals(15, 4), float),
    "dec38": (pa.decimal128(38, 10), decimals(38, 10), lambda v: format(v, "f")),
    "date": (pa.date32(), [i.date() for i in instants], lambda v: (v - EPOCH.date()).days),
    "t_ms": (pa.time32("ms"), millis, clock(1000)),
    "t_us": (pa.time64("us"), times, clock(1)),
    "ts_ms": (pa.timestamp("ms"), [i.replace(microsecond=i.microsecond // 1000 * 1000) for i in instants], unit(1000)),
    "ts_us": (pa.timestamp("us"), instants, unit(1)),
    "ts_ns": (pa.timestamp("ns"), near, unit(1)),
    "ts_utc": (pa.timestamp("us", tz="UTC"), instants, unit(1)),
    "ts_far": (pa.timestamp("us"), days, unit(1)),
    "uuid": (pa.uuid(), [uuid.UUID(int=int(x)).bytes for x in rng.integers(0, 2**62, ROWS)], lambda v: str(uuid.UUID(bytes=v))),
}


def table(columns, optional=True):
    fields, arrays, cells = [], [], {}
    for name in columns:
        kind, values, see = COLUMNS[name]
        values = some_null(values) if optional else values
        fields.append(pa.field(name, kind, nullable=optional))
        arrays.append(pa.array(values, kind))
        cells[name] = [None if v is None else see(v) for v in values]
    return pa.table(arrays, schema=pa.schema(fields)), cells


def encodings(columns):
    """Encodings other than the usual, for the columns that have them."""
    chosen = {}
    for name in columns:
        kind = COLUMNS[name][0]
        if pa.types.is_floating(kind):
            chosen[name] = "BYTE_STREAM_SPLIT"
        elif pa.types.is_string(kind):
            chosen[name] = "DELTA_BYTE_ARRAY"
        elif pa.types.is_binary(kind):
            chosen[name] = "DELTA_LENGTH_BYTE_ARRAY"
        elif pa.types.is_boolean(kind):
            chosen[name] = "RLE"
        elif pa.types.is_decimal(kind) or name == "uuid":
            chosen[name] = "BYTE_STREAM_SPLIT"
        else:
            chosen[name] = "DELTA_BINARY_PACKED"
    return chosen


everything = list(COLUMNS)
full, full_cells = table(everything)
strict, strict_cells = table(everything, optional=False)
expected = {"full": full_cells, "strict": strict_cells}
small = {"data_page_size": 256, "write_batch_size": 16}
variants = {
    "pyarrow-default": (full, {}),
    "pyarrow-required": (strict, {"row_group_size": 50}),
    "pyarrow-plain": (full, {"use_dictionary": False, "compression": "none", "write_page_checksum": True, **small}),
    "pyarrow-dictionary-pages": (full, {"row_group_size": 70, "compression": "zstd", **small}),
    "pyarrow-v2": (full, {"data_page_version": "2.0", "compression": "gzip", "row_group_size": 40, "write_page_index": True}),
    "pyarrow-encoded": (full, {"use_dictionary": False, "column_encoding": encodings(everything), "compression": "brotli", **small}),
    "pyarrow-encoded-v2": (strict, {"use_dictionary": False, "column_encoding": encodings(everything), "compression": "lz4", "data_page_version": "2.0", **small}),
    "pyarrow-decimal-as-integer": (full, {"store_decimal_as_integer": True}),
    "pyarrow-no-statistics": (full, {"write_statistics": False}),
}
which = {}
for name, (t, options) in variants.items():
    pq.write_table(t, OUT / f"{name}.parquet", **options)
    which[name] = "full" if t is full else "strict"

# Timestamps of 96 bits, as old Spark and Impala write them.
old, expected["int96"] = table(["ts_ns"])
pq.write_table(old, OUT / "pyarrow-int96.parquet", use_deprecated_int96_timestamps=True)
which["pyarrow-int96"] = "int96"

# Columns of nothing, but for one value in one row group.
nothing = [None] * 40
empty = pa.table(
    {
        "null": pa.array(nothing, pa.null()),
        "int": pa.array(nothing, pa.int64()),
        "text": pa.array(nothing, pa.string()),
        "one": pa.array(nothing[:30] + ["x"] + nothing[:9], pa.string()),
        "n": pa.array(range(40), pa.int32()),
    }
)
for name, options in {"pyarrow-nothing": {}, "pyarrow-nothing-v2": {"data_page_version": "2.0"}}.items():
    pq.write_table(empty, OUT / f"{name}.parquet", row_group_size=16, **options)
    which[name] = "nothing"
expected["nothing"] = {name: empty[name].to_pylist() for name in empty.column_names}

# What pandas users have: nullable integers as doubles, a category, an index.
frame = pd.DataFrame(
    {
        "n": [1.0, 2.0, None, 4.0],
        "c": pd.Categorical(["x", "y", "x", None]),
        "when": pd.to_datetime(["2024-01-01", "2024-01-02", None, "2024-02-29"]),
        "ok": [True, False, True, True],
    }
)
frame.to_parquet(OUT / "pandas.parquet")
day = 86400 * 10**6
expected["pandas"] = {
    "n": [1, 2, None, 4],
    "c": ["x", "y", "x", None],
    "when": [19723 * day, 19724 * day, None, 19782 * day],
    "ok": ["true", "false", "true", "true"],
}
which["pandas"] = "pandas"

# DuckDB, with types that it has and pyarrow has not.
duck = duckdb.connect()
duck.execute("SET threads = 1")
duck_columns = [c for c in everything if c not in ("uuid", "binary", "ts_ns", "t_ms")]
duck_table, expected["duckdb"] = table(duck_columns)
duck.register("t", duck_table)
for codec, extra in {"snappy": "", "zstd": ", ROW_GROUP_SIZE 64", "lz4_raw": ", PARQUET_VERSION v2"}.items():
    path = OUT / f"duckdb-{codec}.parquet"
    duck.execute(f"COPY t TO '{path}' (FORMAT parquet, COMPRESSION {codec}{extra})")
    which[f"duckdb-{codec}"] = "duckdb"
duck.execute(
    f"""COPY (SELECT CASE WHEN i % 3 = 0 THEN 'a' ELSE 'b' END :: ENUM ('a', 'b') AS e,
                     ('00000000-0000-0000-0000-00000000000' || (i % 10)) :: UUID AS u,
                     i :: UINTEGER AS n
              FROM range(30) r(i)) TO '{OUT / "duckdb-enum.parquet"}' (FORMAT parquet)"""
)
expected["enum"] = {
    "e": ["a" if i % 3 == 0 else "b" for i in range(30)],
    "u": [f"00000000-0000-0000-0000-00000000000{i % 10}" for i in range(30)],
    "n": list(range(30)),
}
which["duckdb-enum"] = "enum"

# What no table of numbers and texts can hold.
pq.write_table(
    pa.table({"id": [1, 2], "tags": [["a"], []], "place": [{"x": 1}, {"x": 2}]}), OUT / "nested.parquet"
)
pq.write_table(pa.table({"id": [1], "code": pa.array([b"abc"], pa.binary(3))}), OUT / "fixed.parquet")
pq.write_table(pa.table({"id": pa.array([], pa.int64()), "s": pa.array([], pa.string())}), OUT / "empty.parquet")

schemas = {
    name: [[f.name, str(f.physical_type), str(f.logical_type)] for f in pq.ParquetFile(OUT / f"{name}.parquet").schema]
    for name in which
}
(OUT / "expected.json").write_text(
    json.dumps({"files": which, "cells": expected, "schemas": schemas}, ensure_ascii=False, indent=None) + "\n"
)
