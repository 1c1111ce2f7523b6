"""Reference figures for internal/gbt, by scikit-learn's histogram boosting.

    python3 generate.py SHARED/data/tables > ../../gbt/testdata/sklearn.json

Row i of a file, counted from 0, is in fold (i * 2654435761 mod 2^32) * 3 div
2^32. Each row is predicted by a model of the other two folds. The versions are those of
requirements.txt.
"""

import csv
import gzip
import json
import sys

import numpy as np
import sklearn
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.metrics import log_loss, roc_auc_score

SETS = [
    # file, header, missing marker, categorical columns
    ("adult.csv.gz", True, "?", [1, 3, 5, 6, 7, 8, 9, 13, 14]),
    ("magic04-noheader.csv.gz", False, None, [10]),
    ("shoppers-noheader.csv.gz", False, None, [10, 15, 16, 17]),
]
TASKS = [
    # file, target column, what, options that differ from the defaults
    ("adult.csv.gz", 14, "auc", {}),
    ("magic04-noheader.csv.gz", 10, "auc", {}),
    ("shoppers-noheader.csv.gz", 17, "auc", {}),
    ("adult.csv.gz", 7, "logloss", {"max_iter": 10}),
    ("magic04-noheader.csv.gz", 9, "rmse", {}),
]


def read(folder, name, header, missing, categorical):
    with gzip.open(f"{folder}/{name}", "rt") as f:
        rows = list(csv.reader(f))
    if header:
        rows = rows[1:]
    table = np.empty((len(rows), len(rows[0])))
    for j in range(table.shape[1]):
        cells = [r[j].strip() for r in rows]
        levels = {v: k for k, v in enumerate(sorted({c for c in cells if c != missing}))}
        for i, c in enumerate(cells):
            table[i, j] = np.nan if c == missing else levels[c] if j in categorical else float(c)
    return table


def main():
    folder = sys.argv[1]
    sets = {s[0]: (read(folder, *s), s[3]) for s in SETS}
    out = {"generator": f"scikit-learn {sklearn.__version__}", "figures": []}
    for name, target, what, options in TASKS:
        table, categorical = sets[name]
        n = len(table)
        fold = (np.arange(n, dtype=np.uint64) * 2654435761 % 2**32 * 3 // 2**32).astype(int)
        x = np.delete(table, target, axis=1)
        kinds = np.delete(np.isin(np.arange(table.shape[1]), categorical), target)
        y = table[:, target]
        kind = HistGradientBoostingRegressor if what == "rmse" else HistGradientBoostingClassifier
        prediction = None
        for f in range(3):
            m = kind(early_stopping=False, categorical_features=kinds, **options)
            m.fit(x[fold != f], y[fold != f])
            p = m.predict(x[fold == f]) if what == "rmse" else m.predict_proba(x[fold == f])
            if prediction is None:
                prediction = np.zeros((n,) + p.shape[1:])
            prediction[fold == f] = p
        figure = {
            "auc": lambda: roc_auc_score(y, prediction[:, 1]),
            "logloss": lambda: log_loss(y, prediction),
            "rmse": lambda: float(np.sqrt(np.mean((y - prediction) ** 2))),
        }[what]()
        out["figures"].append({"file": name, "target": target, "what": what,
                               "rounds": options.get("max_iter", 100), "value": float(figure)})
        print(out["figures"][-1], file=sys.stderr)
    json.dump(out, sys.stdout, indent=1)
    print()


main()
