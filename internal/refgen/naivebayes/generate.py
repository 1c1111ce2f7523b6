"""Reference values for the naivebayes rung.

    python3 generate.py > ../../../models/naivebayes/testdata/reference.json

With a label: scikit-learn's CategoricalNB without smoothing. Without: the
highest likelihood that BFGS finds from 40 random starts over the parameters of
two latent classes, which shares nothing with EM. The versions are those of
requirements.txt.
"""

import json
import sys

import numpy as np
import scipy
import sklearn
from scipy.optimize import minimize
from scipy.special import expit, log_expit, logsumexp
from sklearn.naive_bayes import CategoricalNB

rng = np.random.default_rng(11)


def labelled():
    levels = [2, 3, 6, 4]
    n = 400
    y = rng.choice(3, size=n, p=[0.5, 0.3, 0.2])
    x = np.empty((n, len(levels)), dtype=int)
    for j, k in enumerate(levels):
        p = rng.dirichlet(np.ones(k) * 2, size=3)
        for i in range(n):
            x[i, j] = rng.choice(k, p=p[y[i]])
    for i, k in enumerate(range(6)):  # every level occurs in every class
        for c in range(3):
            y = np.append(y, c)
            x = np.vstack([x, [min(k, m - 1) for m in levels]])
    m = CategoricalNB(alpha=1e-10, force_alpha=True, min_categories=levels).fit(x, y)
    joint = m.predict_joint_log_proba(x)
    return {
        "levels": levels,
        "rows": np.column_stack([y, x]).tolist(),
        "log_prob": joint[np.arange(len(y)), y].tolist(),
        "posterior": m.predict_proba(x).tolist(),
    }


def latent():
    n, d = 300, 6
    y = rng.random(n) < 0.4
    p = rng.uniform(0.1, 0.9, size=(2, d))
    x = (rng.random((n, d)) < p[y.astype(int)]).astype(float)

    def loss(theta):
        log_prior = np.array([log_expit(theta[0]), log_expit(-theta[0])])
        logits = theta[1:].reshape(2, d)
        log_p = x @ log_expit(logits).T + (1 - x) @ log_expit(-logits).T
        return -logsumexp(log_p + log_prior, axis=1).mean()

    best = min((minimize(loss, rng.normal(size=1 + 2 * d), method="BFGS") for _ in range(40)), key=lambda r: r.fun)
    prior = expit(best.x[0])
    return {"rows": x.astype(int).tolist(), "mean_log_prob": float(-best.fun), "prior": sorted([float(prior), float(1 - prior)])}


json.dump(
    {
        "generator": f"numpy {np.__version__}, scikit-learn {sklearn.__version__}, scipy {scipy.__version__}",
        "labelled": labelled(),
        "latent": latent(),
    },
    sys.stdout,
)
print()
