"""Times Shape and Trend of SDMetrics: shape_trend.py REAL.csv MADE.csv"""

import resource
import sys
import time
import warnings

import pandas as pd
import sdmetrics
from sdmetrics.reports.single_table._properties import ColumnPairTrends, ColumnShapes

warnings.filterwarnings("ignore")
real, made = (pd.read_csv(p, na_values=["?"]) for p in sys.argv[1:])
meta = {"columns": {c: {"sdtype": "categorical" if real[c].dtype == object else "numerical"} for c in real}}
start, cpu = time.time(), time.process_time()
shape = ColumnShapes().get_score(real, made, meta)
trend = ColumnPairTrends().get_score(real, made, meta)
print(f"SDMetrics {sdmetrics.__version__}, Shape and Trend alone: {time.time() - start:.2f} s, {time.process_time() - cpu:.2f} CPU-s, "
      f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} MB; shape {shape:.6f}, trend {trend:.6f}")
