"""Reference values for package dist.

    python3 generate.py > ../../../dist/testdata/reference.json

Normal cell masses by mpmath at 60 digits; the smoothing strength by a bounded
scalar search of scipy over the leave-one-out likelihood itself. The versions
are those of requirements.txt.
"""

import json
import sys

import mpmath
import numpy as np
import scipy
from scipy.optimize import minimize_scalar

mpmath.mp.dps = 60


def log_mass(a, b):
    a, b = mpmath.mpf(a), mpmath.mpf(b)
    if a > 0:
        a, b = -b, -a
    root = mpmath.sqrt(2)
    return float(mpmath.log((mpmath.erfc(-b / root) - mpmath.erfc(-a / root)) / 2))


def normal_cells():
    cells = []
    for middle in [0, 1e-9, 0.3, 1, 2.5, 5, 8, 15.9, 16.1, 30, 38.5, 100, 1e4]:
        for half in [1e-9, 1e-4, 0.01, 0.1, 0.5, 0.999, 1.001, 3, 20]:
            a, b = middle - half, middle + half
            cells.append([a, b, log_mass(a, b)])
            cells.append([-b, -a, log_mass(a, b)])
    return cells


def strengths():
    rng = np.random.default_rng(3)
    cases = []
    for groups, codes, rows, spread in [(1, 10, 200, 0.3), (2, 40, 300, 1.0), (5, 6, 1000, 20.0), (3, 100, 150, 5.0)]:
        base = rng.dirichlet(np.ones(codes) * 2)
        counts = np.array([rng.multinomial(rows, rng.dirichlet(base * spread * codes)) for _ in range(groups)])

        def loss(log_a):
            a = np.exp(log_a)
            n = counts.sum(axis=1, keepdims=True)
            with np.errstate(divide="ignore", invalid="ignore"):
                terms = counts * np.log((counts - 1 + a * base) / (n - 1 + a))
            return -terms[counts > 0].sum()

        best = minimize_scalar(loss, bounds=(np.log(0.5), np.log(2**20)), method="bounded", options={"xatol": 1e-9})
        cases.append({"base": base.tolist(), "counts": counts.tolist(), "strength": float(np.exp(best.x))})
    return cases


json.dump(
    {
        "generator": f"mpmath {mpmath.__version__}, numpy {np.__version__}, scipy {scipy.__version__}",
        "normal_log_mass": normal_cells(),
        "strength": strengths(),
    },
    sys.stdout,
)
print()
