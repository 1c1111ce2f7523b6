"""Reference figures for package judge, with the versions of requirements.txt.

    python3 generate.py SHARED/data ../../../judge/testdata

writes five pairs of real and synthetic tables (CSV) and
- sdmetrics.json: Shape and Trend of each pair by SDMetrics, column by column;
- alpha.json: alpha-precision, beta-recall and authenticity by the formulas of
  synthcity 0.2.12 (AlphaPrecision.metrics, "naive" embedding), restated below;
- twosample.json: the area of a classifier two-sample test on the census rows by
  scikit-learn's histogram boosting and logistic regression, on fixed folds.
"""

import csv
import gzip
import json
import os
import sys
import warnings

import numpy as np
import pandas as pd
import scipy
import sdmetrics
import sklearn
from sdmetrics.reports.single_table._properties import ColumnPairTrends, ColumnShapes
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.neighbors import NearestNeighbors

warnings.filterwarnings("ignore")
rng = np.random.default_rng(4)


def pairs(shared):
    """Yields name, real, synthetic, and the kind of each column."""
    adult = pd.read_csv(f"{shared}/tables/adult.csv.gz", keep_default_na=False)
    adult = adult.map(lambda v: v.strip() if isinstance(v, str) else v).replace("?", np.nan)
    kinds = {c: "integer" if adult[c].dtype.kind == "i" else "category" for c in adult}
    some = adult.sample(600, random_state=1)
    yield "adult-real", some[:300], some[300:], kinds
    shuffled = some[:300].apply(lambda c: c.sample(frac=1, random_state=len(c.name)).values)
    yield "adult-shuffled", some[300:], shuffled, kinds

    iris = pd.read_csv(f"{shared}/tables/iris.csv")
    kinds = {c: "decimal" if iris[c].dtype.kind == "f" else "category" for c in iris}
    numbers = [c for c in iris if kinds[c] == "decimal"]
    draws = rng.multivariate_normal(iris[numbers].mean(), iris[numbers].cov(), 200).round(1)
    made = pd.DataFrame(draws, columns=numbers)
    for c in iris:
        if c not in numbers:
            made[c] = rng.choice(iris[c], 200)
    yield "iris", iris, made[list(iris)], kinds

    cities = pd.read_csv(f"{shared}/points/cities-over-1m.csv")[["country", "longitude", "latitude", "population"]]
    n = 250
    box = pd.DataFrame({
        "country": rng.choice(["CN", "IN", "US", "XX"], n),
        "longitude": rng.uniform(cities.longitude.min(), cities.longitude.max(), n),
        "latitude": rng.uniform(cities.latitude.min(), cities.latitude.max(), n),
        "population": np.exp(rng.normal(15, 1, n)).round().astype(int),
    })
    yield "cities", cities, box, {"country": "category", "longitude": "real", "latitude": "real", "population": "integer"}

    def odd(n, shift):
        d = pd.DataFrame({
            "when": pd.to_datetime("2021-03-01") + pd.to_timedelta(rng.integers(0, 10**7, n) + shift * 10**6, unit="s"),
            "day": pd.to_datetime("2019-01-01") + pd.to_timedelta(rng.integers(0, 900, n), unit="D"),
            "x": rng.normal(shift, 1 + shift, n),
            "y": rng.integers(0, 4, n).astype(float),
            "flag": rng.choice(["yes", "no"], n, p=[0.7, 0.3]),
            "level": rng.choice(["a", "b", "c", "d"] + ["z"] * shift, n),
            "constant": np.full(n, 7),
            "nothing": np.full(n, np.nan),
        })
        d["z"] = d.x * 2 + rng.normal(0, 1, n)
        for c in ["when", "x", "y", "flag", "z"]:
            d.loc[rng.random(n) < 0.1, c] = np.nan
        return d

    kinds = {"when": "datetime", "day": "datetime", "x": "real", "y": "integer", "flag": "category",
             "level": "category", "constant": "integer", "nothing": "real", "z": "real"}
    yield "odd", odd(260, 0), odd(310, 1), kinds


SDTYPE = {"integer": "numerical", "decimal": "numerical", "real": "numerical",
          "datetime": "datetime", "category": "categorical"}


def numbers(x):
    return [None if pd.isna(v) else float(v) for v in x]


def sd_figures(real, made, kinds):
    meta = {"columns": {c: {"sdtype": SDTYPE[k]} for c, k in kinds.items()}}
    shapes, trends = ColumnShapes(), ColumnPairTrends()
    shape, trend = shapes.get_score(real, made, meta), trends.get_score(real, made, meta)
    return {
        "shape": float(shape), "trend": float(trend),
        "shapes": dict(zip(shapes.details["Column"], numbers(shapes.details["Score"]))),
        "trends": [[a, b, s] for a, b, s in zip(trends.details["Column 1"], trends.details["Column 2"], numbers(trends.details["Score"]))],
    }


def alpha_figures(x, g):
    """x, g: real and synthetic points [n, d], as many of each."""
    n, levels = len(x), np.linspace(0, 1, 30)
    radius = np.quantile(np.sqrt(((x - x.mean(0)) ** 2).sum(1)), levels)
    to_center = np.sqrt(((g - x.mean(0)) ** 2).sum(1))
    real_real = NearestNeighbors(n_neighbors=2).fit(x).kneighbors(x)[0][:, 1]
    d, at = NearestNeighbors(n_neighbors=1).fit(g).kneighbors(x)
    real_made, at = d[:, 0], at[:, 0]
    reach = np.sqrt(((g[at] - g.mean(0)) ** 2).sum(1))
    reach_radius = np.quantile(reach, levels)
    precision = np.array([np.mean(to_center <= r) for r in radius])
    recall = np.array([np.mean((real_made <= real_real) & (reach <= r)) for r in reach_radius])
    d, near = NearestNeighbors(n_neighbors=1).fit(x).kneighbors(g)
    return {
        "precision": float(1 - np.abs(levels - precision).sum() / levels.sum()),
        "recall": float(1 - np.abs(levels - recall).sum() / levels.sum()),
        "authenticity_synthcity": float(np.mean(real_real[at] < real_made)),
        "authenticity": float(np.mean(real_real[near[:, 0]] < d[:, 0])),
    }


def alpha_pairs():
    """Points without ties, in a clear order, as the code of the judge reads them."""
    for name, n, d, shift, spread in [("same", 400, 3, 0, 1), ("shifted", 400, 5, 0.7, 1), ("wide", 300, 2, 0, 1.6), ("narrow", 300, 8, 0, 0.4)]:
        x = rng.normal(size=(n, d)) @ rng.normal(size=(d, d))
        g = rng.normal(size=(n, d)) * spread @ np.linalg.cholesky(np.cov(x.T)).T + shift
        x, g = x.round(6), g.round(6)
        lo, hi = x.min(0), x.max(0)
        yield name, x, g, alpha_figures((x - lo) / (hi - lo), (g - lo) / (hi - lo))


CODED = [1, 3, 5, 6, 7, 8, 9, 13, 14]  # columns of the census file


def census(shared):
    with gzip.open(f"{shared}/tables/adult.csv.gz", "rt") as f:
        rows = list(csv.reader(f))[1:]
    table = np.empty((len(rows), 15))
    for j in range(15):
        cells = [r[j].strip() for r in rows]
        levels = {}
        for c in cells:
            if c != "?":
                levels.setdefault(c, len(levels))
        table[:, j] = [np.nan if c == "?" else levels[c] if j in CODED else float(c) for c in cells]
    return table


def design(x):
    """One indicator a level, missing being one; numbers standardised."""
    columns = []
    for j in range(x.shape[1]):
        v = x[:, j]
        if j in CODED:
            v = np.nan_to_num(v, nan=-1)
            columns += [v == k for k in np.unique(v)]
        else:
            columns.append((v - v.mean()) / v.std())
    return np.column_stack(columns).astype(float)


def two_sample(shared):
    """Even rows are real; made rows are odd rows, some columns of which are
    rotated: column j moves down by 997 (j + 1) rows. Every eighth row of each is
    used. Made rows come first; row i of all is in fold (7 i) mod 5."""
    table = census(shared)
    real, odd = table[0::8], table[1::8]
    coded = np.isin(np.arange(15), CODED)
    for rotated in [[0], [4, 9, 12]]:
        made = odd.copy()
        for j in rotated:
            made[:, j] = np.roll(made[:, j], 997 * (j + 1))
        x = np.vstack([made, real])
        y = np.r_[np.ones(len(made)), np.zeros(len(real))]
        fold = (7 * np.arange(len(x))) % 5
        trees, linear = np.empty(len(x)), np.empty(len(x))
        z = design(x)
        for f in range(5):
            a, b = fold != f, fold == f
            m = HistGradientBoostingClassifier(early_stopping=False, categorical_features=coded)
            trees[b] = m.fit(x[a], y[a]).predict_proba(x[b])[:, 1]
            m = LogisticRegression(max_iter=1000)
            linear[b] = m.fit(z[a], y[a]).decision_function(z[b])
        yield {"rotated": rotated, "trees": roc_auc_score(y, trees), "logistic": roc_auc_score(y, linear)}


def write(path, value):
    with open(path, "w") as f:
        json.dump(value, f, indent=1)
        f.write("\n")


def main():
    shared, out = sys.argv[1], sys.argv[2]
    versions = {"numpy": np.__version__, "pandas": pd.__version__, "scipy": scipy.__version__,
                "scikit-learn": sklearn.__version__, "sdmetrics": sdmetrics.__version__}
    figures = []
    for name, real, made, kinds in pairs(shared):
        real.to_csv(os.path.join(out, f"{name}.real.csv"), index=False)
        made.to_csv(os.path.join(out, f"{name}.made.csv"), index=False)
        # Read back what was written, so that both sides start from the same text.
        dates = [c for c, k in kinds.items() if k == "datetime"]
        read = lambda what: pd.read_csv(os.path.join(out, f"{name}.{what}.csv"), keep_default_na=False, na_values=[""], parse_dates=dates)
        figures.append({"name": name, "kinds": kinds, **sd_figures(read("real"), read("made"), kinds)})
    write(os.path.join(out, "sdmetrics.json"), {"versions": versions, "pairs": figures})
    write(os.path.join(out, "alpha.json"), {"versions": versions, "pairs": [
        {"name": n, "real": x.tolist(), "made": g.tolist(), **f} for n, x, g, f in alpha_pairs()]})
    write(os.path.join(out, "twosample.json"), {"versions": versions, "figures": list(two_sample(shared))})


main()
