"""Reference digest for package artifact, from its written definition.

    python3 generate.py > ../../../artifact/testdata/digest.txt

The rows are those of TestDigestIsDefined. Python's standard library is enough.
"""

import hashlib
import math
import struct


def number(n):
    return struct.pack("<Q", n)


def string(s):
    data = s.encode()
    return number(len(data)) + data


def column(name, kind, rows, body):
    return hashlib.sha256(string(name) + string(kind) + number(rows) + body).digest()


def double(x):
    if math.isnan(x):
        return bytes.fromhex("010000000000f87f")
    return struct.pack("<d", 0.0 if x == 0 else x)


ROWS = 3
levels = ["", "été"]
columns = [
    column("a", "category", ROWS, number(len(levels)) + b"".join(map(string, levels))
           + struct.pack("<3i", 1, -1, 0)),
    column("b", "real", ROWS, b"".join(map(double, [1.5, math.nan, -0.0]))),
    column("c", "id", ROWS, b"".join(map(string, ["x1", "", "x" * 100_000]))),
    hashlib.sha256(b"".join(map(double, [1, 2, 0.5]))).digest(),
]
print("sha256:" + hashlib.sha256(b"".join(columns)).hexdigest())
