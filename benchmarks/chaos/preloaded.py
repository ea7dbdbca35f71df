"""What the server of victims loads once. None of it starts a thread before it computes."""

import hdbscan
import pandas.io.parquet
import pyarrow.dataset
import pyarrow.ipc
import scipy.sparse.linalg
import sklearn.covariance
import sklearn.discriminant_analysis
import sklearn.linear_model
import sklearn.manifold
import torch
import umap

import benchmarks.chaos.actors
import benchmarks.chaos.looks
import core.tasks.registry

__all__ = ["benchmarks", "core", "hdbscan", "pandas", "pyarrow", "scipy", "sklearn", "torch", "umap"]
