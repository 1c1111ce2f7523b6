"""Reference words for package rng, by numpy's Philox4x64-10.

    python3 generate.py > ../../../rng/testdata/numpy.json

numpy increments its 256-bit counter before it makes a block, so the block of
counter c is what it makes when it starts from c - 1. The version is that of
requirements.txt.
"""

import json

import numpy as np
from numpy.random import Philox

ONES = 2**64 - 1
# Digits of pi, by sixteens: the third known-answer vector of Random123.
PI = [0x243F6A8885A308D3, 0x13198A2E03707344, 0xA4093822299F31D0, 0x082EFA98EC4E6C89]
PI_KEY = [0x452821E638D01377, 0xBE5466CF34E90C6C]


def block(counter, key):
    before = (sum(c << 64 * i for i, c in enumerate(counter)) - 1) % 2**256
    start = [before >> 64 * i & ONES for i in range(4)]
    words = Philox(
        counter=np.array(start, dtype=np.uint64), key=np.array(key, dtype=np.uint64)
    ).random_raw(4)
    return {
        "counter": [f"{c:016x}" for c in counter],
        "key": [f"{k:016x}" for k in key],
        "words": [f"{int(w):016x}" for w in words],
    }


def main():
    blocks = [block([0] * 4, [0] * 2), block([ONES] * 4, [ONES] * 2), block(PI, PI_KEY)]
    for i in range(24):  # counters and keys as package rng makes them
        blocks.append(block([7**i % 2**64, (i % 3) * 11**i % 2**64, 0, i % 3], [13**i % 2**64, 0]))
    lines = ",\n  ".join(json.dumps(b) for b in blocks)
    print(f'{{"generator": "numpy {np.__version__}", "blocks": [\n  {lines}\n]}}')


main()
