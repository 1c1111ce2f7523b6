"""Reference regressions for internal/logit, by scikit-learn.

    python3 generate.py > ../../logit/testdata/sklearn.json

The versions are those of requirements.txt. Predictors are standardised and
turned into indicators here, not by logit.
"""

import json

import numpy as np
import sklearn
from sklearn.linear_model import LogisticRegression


def case(rng, rows, classes, penalty):
    numbers = np.round(rng.normal(size=(rows, 2)) * [3, 0.5] + [10, -2], 3)
    numbers[rng.random(rows) < 0.15, 1] = np.nan
    level = rng.integers(-1, 3, size=rows)  # -1 is missing
    score = rng.normal(size=(classes, 5))
    known = np.where(np.isnan(numbers), 0, (numbers - [10, -2]) / [3, 0.5])
    features = np.column_stack([known, np.eye(4)[level][:, :3]])
    odds = features @ score.T
    p = np.exp(odds - odds.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    y = np.array([rng.choice(classes, p=q) for q in p])

    z = [(numbers[:, 0] - numbers[:, 0].mean()) / numbers[:, 0].std()]
    there = ~np.isnan(numbers[:, 1])
    mean, sd = numbers[there, 1].mean(), numbers[there, 1].std()
    z += [np.where(there, (numbers[:, 1] - mean) / sd, 0), ~there]
    z += [level == k for k in (0, 1, 2, -1)]
    z = np.column_stack(z).astype(float)
    m = LogisticRegression(C=1 / penalty, tol=1e-10, max_iter=100_000, solver="newton-cg").fit(z, y)
    logp = m.predict_log_proba(z)
    return {
        "a": numbers[:, 0].tolist(),
        "b": [None if np.isnan(v) else v for v in numbers[:, 1]],
        "c": level.tolist(),
        "y": y.tolist(),
        "classes": classes,
        "penalty": penalty,
        "logp": logp.T.tolist(),
    }


def main():
    rng = np.random.default_rng(11)
    cases = [case(rng, 40, 2, 1), case(rng, 40, 2, 0.01), case(rng, 60, 3, 1), case(rng, 60, 4, 30)]
    print(json.dumps({"generator": f"scikit-learn {sklearn.__version__}", "cases": cases}))


main()
