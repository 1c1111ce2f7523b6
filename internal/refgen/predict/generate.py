"""Reference figures for predict, by scikit-learn.

    python3 generate.py > ../../../predict/testdata/sklearn.json

The versions are those of requirements.txt.
"""

import json

import numpy as np
import sklearn
from sklearn.calibration import calibration_curve
from sklearn.metrics import accuracy_score, log_loss, roc_auc_score

BINS = 10


def case(rng, rows, levels, sharpness, ties):
    z = rng.normal(size=(rows, levels)) * sharpness
    if ties:
        z = np.round(z)
    p = np.exp(z - z.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    # labels follow p made flatter: the predictions are overconfident
    q = p**0.5
    q /= q.sum(axis=1, keepdims=True)
    y = np.array([rng.choice(levels, p=row) for row in q])
    top = p.argmax(axis=1)
    confidence = p.max(axis=1)
    accuracy, mean = calibration_curve(top == y, confidence, n_bins=BINS, strategy="uniform")
    where = np.searchsorted(np.linspace(0, 1, BINS + 1)[1:-1], confidence)
    count = np.bincount(where, minlength=BINS)
    auc = roc_auc_score(y, p[:, 1]) if levels == 2 else roc_auc_score(y, p, multi_class="ovr", average="macro")
    return {
        "p": p.tolist(),
        "y": y.tolist(),
        "log_loss": log_loss(y, p, labels=range(levels)),
        "accuracy": accuracy_score(y, top),
        "auc": auc,
        "ece": float(np.sum(np.abs(accuracy - mean) * count[count > 0]) / rows),
        "count": count.tolist(),
        "bin_confidence": mean.tolist(),
        "bin_accuracy": accuracy.tolist(),
    }


def main():
    rng = np.random.default_rng(5)
    cases = [case(rng, 60, 2, 2, False), case(rng, 40, 2, 1, True), case(rng, 60, 3, 2, False), case(rng, 50, 5, 1, True)]
    print(json.dumps({"generator": f"scikit-learn {sklearn.__version__}", "cases": cases}))


main()
