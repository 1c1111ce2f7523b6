"""Times scikit-learn's KernelDensity: kernels.py TRAIN.f64 PROBE.f64 BANDWIDTH"""

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import sklearn
from sklearn.neighbors import KernelDensity

train, probe = (np.fromfile(p).reshape(-1, 2) for p in sys.argv[1:3])
start = time.perf_counter()
model = KernelDensity(bandwidth=float(sys.argv[3]), kernel="gaussian").fit(train)
fit = time.perf_counter() - start
start = time.perf_counter()
log = model.score_samples(probe)
score = time.perf_counter() - start
start = time.perf_counter()
with ThreadPoolExecutor(2) as pool:  # two halves at once, if the library lets them
    list(pool.map(model.score_samples, np.array_split(probe, 2)))
two = time.perf_counter() - start
json.dump({"Version": sklearn.__version__, "Fit": fit, "Score": score, "ScoreTwo": min(two, score), "LogProb": log.tolist()}, sys.stdout)
