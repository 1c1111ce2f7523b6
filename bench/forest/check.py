"""The two-sample test of the forest's figures, tried by scikit-learn.

    go run ./bench/forest -data DIR -seeds 1 -csv OUT quality
    pip install -r bench/forest/requirements.txt
    python3 bench/forest/check.py OUT

For each table: the AUC of HistGradientBoostingClassifier (three folds, 200
rounds at most, early stopping) telling the samples from as many held-out rows.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold


def design(held, made):
    both = pd.concat([held, made], ignore_index=True)
    for name in both:
        if both[name].dtype == object or both[name].dtype == bool:
            codes, levels = pd.factorize(both[name])
            rare = pd.Series(codes).map(pd.Series(codes).value_counts().rank(ascending=False, method="first")) > 254
            codes = np.where(rare, min(len(levels), 254), codes)
            both[name] = pd.Categorical(np.where(codes < 0, None, codes))
    return both


def auc(held, made):
    n = min(len(held), len(made))
    x = design(held[:n], made[:n])
    y = np.r_[np.zeros(n), np.ones(n)]
    score = np.zeros(2 * n)
    for seen, unseen in StratifiedKFold(3, shuffle=True, random_state=0).split(x, y):
        m = HistGradientBoostingClassifier(max_iter=200, early_stopping=True, categorical_features="from_dtype", random_state=0)
        score[unseen] = m.fit(x.iloc[seen], y[seen]).predict_proba(x.iloc[unseen])[:, 1]
    return roc_auc_score(y, score)


def main():
    folder = Path(sys.argv[1])
    for held in sorted(folder.glob("*-held.csv")):
        name = held.name.removesuffix("-held.csv")
        real = pd.read_csv(held)
        for part in ("stratified", "iid"):
            print(f"{name} {part}: {auc(real, pd.read_csv(folder / f'{name}-{part}.csv')):.4f}")


main()
