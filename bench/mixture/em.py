"""Times ten iterations of scikit-learn's GaussianMixture: em.py ROWS.f64"""

import sys
import time
import warnings

import numpy as np
import sklearn
from sklearn.mixture import GaussianMixture

warnings.filterwarnings("ignore")
x = np.fromfile(sys.argv[1]).reshape(-1, 10)
k = 20


def fit(iterations):
    g = GaussianMixture(
        k,
        tol=0,
        max_iter=iterations,
        weights_init=np.full(k, 1 / k),
        means_init=x[:: len(x) // k][:k],
        precisions_init=np.array([np.diag(1 / x.var(axis=0))] * k),
    )
    start, cpu = time.perf_counter(), time.process_time()
    g.fit(x)
    return time.perf_counter() - start, time.process_time() - cpu


fit(1)
# What is not an iteration, such as k-means, which runs whatever the start, cancels.
(one, one_cpu), (more, more_cpu) = fit(1), fit(11)
print(f"scikit-learn {sklearn.__version__}: {(more - one) / 10:.4f} s/iteration, {(more_cpu - one_cpu) / 10:.4f} CPU-s")
