"""Reference values for the mixture rung, by scikit-learn's GaussianMixture.

    python3 generate.py > ../../../models/mixture/testdata/reference.json

"em" is the maximum that EM finds from a given start, without a floor, for each
shape of covariance. "held" is the log-density of every row of four tables that
scikit-learn ships, when it is in the fifth that is held out (row i in part i
modulo 5), in units of the other rows' standard deviation: the mean over k-means of
five random states. reg_covar is 1/(n/K + 1), the floor that our prior of one row
gives to a component of a K-th of the n rows. The versions are those of
requirements.txt.
"""

import json
import sys
import warnings

import numpy as np
import sklearn
from sklearn.datasets import load_breast_cancer, load_digits, load_iris, load_wine
from sklearn.mixture import GaussianMixture

warnings.filterwarnings("ignore")
rng = np.random.default_rng(7)
SHAPES = ["full", "tied", "diag", "spherical"]
K = 3


def standardised(x, like):
    sd = like.std(axis=0)
    return (x - like.mean(axis=0)) / np.where(sd == 0, 1, sd)


def em():
    centers = rng.normal(size=(K, 3)) * 2.5
    x = np.concatenate([c + rng.normal(size=(80, 3)) @ rng.normal(size=(3, 3)) for c in centers])
    x = standardised(x, x)
    start = x[[10, 90, 170]]
    out = []
    for shape in SHAPES:
        precisions = {
            "full": np.array([np.eye(3)] * K),
            "tied": np.eye(3),
            "diag": np.ones((K, 3)),
            "spherical": np.ones(K),
        }[shape]
        g = GaussianMixture(
            K,
            covariance_type=shape,
            tol=1e-15,
            max_iter=20000,
            reg_covar=0,
            weights_init=np.full(K, 1 / K),
            means_init=start,
            precisions_init=precisions,
        ).fit(x)
        cov = g.covariances_
        if shape == "tied":
            cov = np.array([cov] * K)
        if shape == "spherical":
            cov = np.repeat(cov[:, None], 3, axis=1)
        out.append(
            {
                "shape": shape,
                "weight": g.weights_.tolist(),
                "mean": g.means_.tolist(),
                "cov": cov.reshape(K, -1).tolist(),
                "mean_log_prob": g.score(x),
            }
        )
    return {"rows": x.tolist(), "start": start.tolist(), "fits": out}


def held():
    out = []
    for name, load, k in [
        ("iris", load_iris, 3),
        ("wine", load_wine, 3),
        ("breast_cancer", load_breast_cancer, 2),
        ("digits", load_digits, 10),
    ]:
        x = load().data
        for shape in SHAPES:
            log_prob = np.zeros(len(x))
            for part in range(5):
                test = np.arange(len(x)) % 5 == part
                there = x[:, x[~test].std(axis=0) > 0]
                train, held = standardised(there[~test], there[~test]), standardised(there[test], there[~test])
                reg = 1 / (len(train) / k + 1)
                fits = [GaussianMixture(k, covariance_type=shape, reg_covar=reg, random_state=s).fit(train) for s in range(5)]
                log_prob[test] = np.mean([g.score_samples(held) for g in fits], axis=0)
            out.append({"table": name, "shape": shape, "components": k, "log_prob": log_prob.round(4).tolist()})
    return out


json.dump({"generator": f"scikit-learn {sklearn.__version__}, numpy {np.__version__}", "em": em(), "held": held()}, sys.stdout)
print()
