"""Reference values for the kde rung.

    python3 generate.py > ../../../models/kde/testdata/reference.json

"reals" are log-densities by scikit-learn's KernelDensity with a Gaussian kernel,
and by the sum that defines them, where scikit-learn's own differ: far from all
rows it loses digits (2.5 % of log p at -190 in five dimensions). "mixed" are those of Gaussian and Aitchison-Aitken kernels, by the sum that
defines them with scipy's norm. The versions are those of requirements.txt.
"""

import json
import sys

import numpy as np
import scipy
import sklearn
from scipy.special import logsumexp
from scipy.stats import norm
from sklearn.neighbors import KernelDensity

rng = np.random.default_rng(3)


def reals(n, d, h):
    x = np.concatenate([rng.normal(size=(n // 2, d)), 3 + 0.3 * rng.normal(size=(n - n // 2, d))])
    q = np.concatenate([rng.normal(size=(15, d)), 6 * rng.normal(size=(10, d)), x[:5]])
    log = KernelDensity(bandwidth=h, kernel="gaussian", rtol=0, atol=0).fit(x).score_samples(q)
    direct = logsumexp(norm.logpdf(q[:, None], x, h).sum(axis=2), axis=1) - np.log(n)
    near = direct > -30
    assert near.sum() >= 15 and np.allclose(log[near], direct[near], rtol=1e-11, atol=1e-11)
    log[~near] = direct[~near]
    return {"bandwidth": h, "rows": x.tolist(), "probe": q.tolist(), "log_prob": log.tolist()}


def mixed(n, h, lam):
    """A real, a whole number and one of three levels."""
    level = rng.integers(0, 3, size=n)
    x, k = level + rng.normal(size=n), np.round(4 * level + 3 * rng.normal(size=n))
    probe = 25
    ql, qx, qk = rng.integers(0, 3, size=probe), 2 * rng.normal(size=probe), np.round(8 * rng.normal(size=probe))
    log = []
    for a, b, c in zip(qx, qk, ql):
        kernel = norm.logpdf(a, x, h)
        kernel = kernel + np.log(norm.cdf((b - k + 0.5) / h) - norm.cdf((b - k - 0.5) / h), where=True)
        kernel = kernel + np.where(level == c, np.log(1 - lam), np.log(lam / 2))
        log.append(float(logsumexp(kernel) - np.log(n)))
    return {
        "bandwidth": h,
        "lambda": lam,
        "rows": np.column_stack([x, k, level]).tolist(),
        "probe": np.column_stack([qx, qk, ql]).tolist(),
        "log_prob": log,
    }


with np.errstate(divide="ignore"):
    json.dump(
        {
            "generator": f"scikit-learn {sklearn.__version__}, scipy {scipy.__version__}, numpy {np.__version__}",
            "reals": [reals(400, 1, 0.2), reals(600, 2, 0.3), reals(500, 3, 0.5), reals(200, 5, 0.8)],
            "mixed": mixed(300, 1.5, 0.2),
        },
        sys.stdout,
    )
print()
