"""Reference values for the gaussian rung.

    python3 generate.py > ../../../models/gaussian/testdata/reference.json

Densities, marginals and conditionals by scipy.stats.multivariate_normal; the
fit to rows with missing numbers by maximising the likelihood of what is there
with L-BFGS over a Cholesky factor, which shares nothing with EM; masses on
grids by scipy.stats.norm.cdf and numpy's least squares. The versions are those
of requirements.txt.
"""

import json
import sys

import numpy as np
import scipy
from scipy.optimize import minimize
from scipy.stats import multivariate_normal, norm

rng = np.random.default_rng(5)


def real_rows(n):
    a = rng.normal(size=(3, 3)) @ np.diag([1.0, 0.3, 20.0])
    return rng.normal(size=(n, 3)) @ a.T + np.array([10.0, -2.0, 1000.0])


def complete():
    x = real_rows(120)
    mean, cov = x.mean(axis=0), np.cov(x.T, bias=True)
    probe = real_rows(20)
    full = multivariate_normal(mean, cov).logpdf(probe)
    keep = [2, 0]
    part = multivariate_normal(mean[keep], cov[np.ix_(keep, keep)]).logpdf(probe[:, keep])
    one = multivariate_normal(mean[1], cov[1, 1]).logpdf(probe[0, 1])
    given = probe.copy()
    given[:, 1] = probe[0, 1]
    conditional = multivariate_normal(mean, cov).logpdf(given) - one
    return {
        "rows": x.tolist(),
        "mean": mean.tolist(),
        "cov": cov.tolist(),
        "probe": probe.tolist(),
        "log_prob": full.tolist(),
        "marginal_2_0": part.tolist(),
        "given_1": probe[0, 1],
        "conditional": conditional.tolist(),
    }


def incomplete():
    x = real_rows(150)
    gone = rng.random(x.shape) < [0.3, 0.1, 0.2]
    gone[gone.all(axis=1)] = False
    x[gone] = np.nan
    scale = np.nanstd(x, axis=0)
    center = np.nanmean(x, axis=0)
    z = (x - center) / scale
    patterns = [(p, z[(gone == p).all(axis=1)][:, ~p]) for p in np.unique(gone, axis=0)]
    low = np.tril_indices(3)

    def unpack(theta):
        factor = np.zeros((3, 3))
        factor[low] = theta[3:]
        return theta[:3], factor @ factor.T + 1e-12 * np.eye(3)

    def loss(theta):
        mean, cov = unpack(theta)
        total = 0.0
        for p, rows in patterns:
            there = np.flatnonzero(~p)
            total += multivariate_normal(mean[there], cov[np.ix_(there, there)]).logpdf(rows).sum()
        return -total

    start = np.concatenate([np.zeros(3), np.eye(3)[low]])
    best = minimize(loss, start, method="BFGS", options={"gtol": 1e-7, "maxiter": 2000})
    mean, cov = unpack(best.x)
    there = (~gone) * np.log(scale)
    return {
        "rows": [[None if np.isnan(v) else v for v in r] for r in x.tolist()],
        "mean": (mean * scale + center).tolist(),
        "cov": (cov * np.outer(scale, scale)).tolist(),
        "sum_log_prob": float(-best.fun - there.sum()),
    }


def on_grid():
    cov = np.array([[9.0, 4.0, 1.0], [4.0, 6.0, -2.0], [1.0, -2.0, 4.0]])
    x = np.round(rng.multivariate_normal([3.0, -1.0, 0.5], cov, size=100))
    mean, cov = x.mean(axis=0), np.cov(x.T, bias=True)
    total = []
    for row in x[:20]:
        log_mass = 0.0
        for k in range(3):
            m, v = mean[k], cov[k, k]
            if k > 0:
                beta = np.linalg.lstsq(cov[:k, :k], cov[:k, k], rcond=None)[0]
                m, v = m + beta @ (row[:k] - mean[:k]), v - beta @ cov[:k, k]
            s = np.sqrt(v)
            log_mass += np.log(norm.cdf((row[k] + 0.5 - m) / s) - norm.cdf((row[k] - 0.5 - m) / s))
        total.append(log_mass)
    return {"rows": x.tolist(), "log_prob": total}


json.dump(
    {
        "generator": f"numpy {np.__version__}, scipy {scipy.__version__}",
        "complete": complete(),
        "incomplete": incomplete(),
        "grid": on_grid(),
    },
    sys.stdout,
)
print()
