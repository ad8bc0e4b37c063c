# SPDX-License-Identifier: Apache-2.0
"""What peers run in and on: as their users run them, and which kernels that gives.

Nothing here imports a peer before it is asked about that peer.
"""

import os
import re

# Variables that choose or disable a peer's kernels, or its use of threads: with
# OPENBLAS_CORETYPE=Haswell, say, a current NumPy has half its speed.
PREFIXES = ("OPENBLAS", "GOTO", "BLIS", "MKL", "MKLDNN", "DNNL", "ONEDNN", "OMP", "KMP", "GOMP",
            "VECLIB", "ATEN", "TORCH", "PYTORCH", "TORCHINDUCTOR", "TORCHDYNAMO", "NPY", "NUMPY",
            "NUMEXPR", "SCIPY", "SKLEARN", "XLA", "TF_XLA", "TF_ENABLE", "JAX", "ORT",
            "ONNXRUNTIME")


# What the comparison sets itself.
LIMITS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def users_environment(environment):
    """The variables that a peer's process gets, and the names of those that were dropped."""
    starts = tuple(f"{prefix}_" for prefix in PREFIXES)
    dropped = sorted(
        name for name in environment if name.startswith(starts) and name not in LIMITS)
    return {name: environment[name] for name in environment if name not in dropped}, dropped


def prepare(threads):
    """For this process, before a peer is imported: the users' environment and the limits.

    JAX respects no limit but the processors that the process may use. Gives the names of the
    dropped variables.
    """
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
    _, dropped = users_environment(os.environ)
    for name in dropped:
        del os.environ[name]
    for name in LIMITS:
        os.environ[name] = str(threads)
    os.environ["JAX_PLATFORMS"] = "cpu"
    return dropped


def runs_on(peer, threads):
    """What the peer computes with, in words; imports it."""
    about = {"numpy": about_numpy, "torch": about_torch, "jax": about_jax,
             "onnxruntime": about_onnxruntime, "sklearn": about_sklearn}
    try:
        return about[peer.split(".")[0]](threads)
    except Exception as error:
        # A peer of another version still computes.
        return f"unknown: {type(error).__name__}: {error}"[:200]


def libraries():
    """The BLAS and OpenMP libraries of this process, by threadpoolctl; None without it."""
    try:
        from threadpoolctl import threadpool_info
    except ImportError:
        return None
    found = []
    for library in threadpool_info():
        name = library["prefix"] if library["user_api"] == "openmp" else library["internal_api"]
        kernel = library.get("architecture")
        folder = os.path.basename(os.path.dirname(library["filepath"]))
        parts = [" ".join(filter(None, [name, library["version"], "in", folder])),
                 f"kernel {kernel}" if kernel else "", f"threads {library['num_threads']}"]
        found.append(", ".join(filter(None, parts)))
    return sorted(found)


def about_numpy(_):
    import numpy
    found = libraries()
    if found:
        return "; ".join(found)
    blas = numpy.show_config(mode="dicts")["Build Dependencies"]["blas"]
    reason = ("threadpoolctl is not installed" if found is None
              else "threadpoolctl knows no such library")
    return f"built with {blas['name']} {blas['version']}; kernel and threads unknown: {reason}"


def about_sklearn(threads):
    # Its networks compute with NumPy; they load what is listed.
    import sklearn.neural_network  # noqa: F401
    return about_numpy(threads)


def about_torch(_):
    import torch
    build = torch.__config__.show()
    parts = [f"{name} {found.group(1)}" for name, pattern in (
        ("BLAS", r"BLAS_INFO=(\w+)"), ("MKL", r"Math Kernel Library Version ([\d.]+)"),
        ("oneDNN", r"MKL-DNN v(\S+)"), ("CPU capability", r"CPU capability usage: (\S+)"))
        if (found := re.search(pattern, build))]
    return ", ".join(parts + [f"threads {torch.get_num_threads()}"])


def about_jax(_):
    import jax
    import jaxlib
    # Its pool has a thread for each processor that the process may use.
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"jaxlib {jaxlib.__version__}, device {jax.devices()[0].platform}, processors {count}"


def about_onnxruntime(threads):
    import onnxruntime
    return f"CPUExecutionProvider of {onnxruntime.get_device()}, threads {threads}"
