#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Times NumPy, PyTorch, JAX, ONNX Runtime and scikit-learn on the work that `pullback bench` times,
one JSON object a line.

  peers.py matmul 64x784x50 [--threads 2] [--peers numpy,torch,jax]
  peers.py step --layers 784-50-10 --loss cross-entropy --optimizer sgd --batch 64
  peers.py predict --layers 784-50-10 --batch 1 --peers onnxruntime,sklearn
  peers.py predict --convolutional --batch 1 --peers onnxruntime
  peers.py network gpt [--batch 64]
  peers.py operation gelu [--gradient]
  peers.py requests --layers 784-50-10 --batch 1 --tasks 64 --peers onnxruntime
  peers.py serve --peers torch [--threads 2]

matmul:  C = A B, [n, k] x [k, m], float32; the memory of C is reused where the peer can.
step:    forward, loss (mean), backward for the parameters and update on one fixed batch, float32.
predict: the probabilities for one fixed batch, float32, as arrays of the peer.
         With --convolutional those of the network cnn28.
network: a step of a network beyond dense layers, as networks.py has it.
operation: a function as `pullback bench operation` has it, or its gradients.
requests: the same from so many threads of Python at once, each with a question of its own; a session of
         ONNX Runtime keeps one thread to itself, which serves them fastest.
serve:   reads lines such as `matmul 64x784x50` or `step --batch 1` and answers each with a line,
         so that a comparison can take turns without starting Python each time.

Variables that choose a peer's kernels are dropped from the environment, and the process keeps to
the first `threads` processors. NumPy has no derivatives and so no step; ONNX Runtime and
scikit-learn predict only. The peer `torch.compile` compiles loss and update, or the prediction.
"""

import argparse
import json
import shlex
import sys
import threading
import time

import environment
from convolutional import ConvolutionalPrediction
from networks import Network
from operations import Operation
from prediction import Prediction

LEARNING_RATE = 1e-3


def parser():
    top = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = top.add_subparsers(dest="what", required=True)
    matmul = commands.add_parser("matmul")
    matmul.add_argument("shape")
    matmul.add_argument("--transpose-a", action="store_true")
    matmul.add_argument("--transpose-b", action="store_true")
    matmul.add_argument("--double", action="store_true")
    step = commands.add_parser("step")
    step.add_argument("--loss", default="cross-entropy", choices=["cross-entropy", "mse"])
    step.add_argument("--optimizer", default="sgd", choices=["sgd", "adam"])
    operation = commands.add_parser("operation")
    operation.add_argument("name")
    operation.add_argument("--gradient", action="store_true")
    network = commands.add_parser("network")
    network.add_argument("name")
    network.add_argument("--batch", type=int)
    predict = commands.add_parser("predict")
    predict.add_argument("--convolutional", action="store_true")
    requests = commands.add_parser("requests")
    requests.add_argument("--tasks", type=int, default=64)
    for command in (step, predict, requests):
        command.add_argument("--layers", default="784-50-10")
        command.add_argument("--activation", default="relu", choices=["relu", "none"])
        command.add_argument("--batch", type=int, default=64)
    for command in (
            matmul, step, operation, network, predict, requests, commands.add_parser("serve")):
        command.add_argument("--threads", type=int, default=2)
        command.add_argument("--peers", default="numpy,torch,jax")
        command.add_argument("--seconds", type=float, default=1.5)
    return top


class Matmul:
    """The operands of a product, and what it costs."""

    def __init__(self, options):
        import numpy
        n, k, m = map(int, options.shape.split("x"))
        kind = numpy.float64 if options.double else numpy.float32
        random = numpy.random.default_rng(0)

        def operand(rows, columns, is_transposed):
            shape = (columns, rows) if is_transposed else (rows, columns)
            stored = random.standard_normal(shape, dtype=kind)
            return stored.T if is_transposed else stored

        self.a = operand(n, k, options.transpose_a)
        self.b = operand(k, m, options.transpose_b)
        self.operations = 2 * n * k * m

    def numpy(self):
        import numpy
        out = numpy.empty((self.a.shape[0], self.b.shape[1]), self.a.dtype)
        return lambda: numpy.matmul(self.a, self.b, out=out)

    def torch(self):
        import torch
        a, b = torch.from_numpy(self.a), torch.from_numpy(self.b)
        out = torch.empty(a.shape[0], b.shape[1], dtype=a.dtype)
        return lambda: torch.mm(a, b, out=out)

    def jax(self):
        import jax
        jax.config.update("jax_enable_x64", self.a.dtype.itemsize == 8)
        a, b = jax.numpy.asarray(self.a), jax.numpy.asarray(self.b)
        product = jax.jit(lambda a, b: a @ b)
        return lambda: product(a, b).block_until_ready()


class Step:
    """A network, a fixed batch, and what a step costs."""

    def __init__(self, options):
        import numpy
        self.options = options
        sizes = list(map(int, options.layers.split("-")))
        self.pairs = list(zip(sizes, sizes[1:]))
        random = numpy.random.default_rng(0)
        self.x = random.standard_normal((options.batch, sizes[0]), dtype=numpy.float32)
        self.y = numpy.arange(options.batch) % sizes[-1]
        if options.loss == "mse":
            self.y = random.standard_normal((options.batch, sizes[-1]), dtype=numpy.float32)
        products = sum(i * o for i, o in self.pairs)
        self.operations = 2 * options.batch * (3 * products - sizes[0] * sizes[1])

    def torch(self, is_compiled=False):
        import torch
        torch.manual_seed(0)
        between, layers = {"relu": torch.nn.ReLU, "none": torch.nn.Identity}, []
        for inputs, outputs in self.pairs:
            layers += [torch.nn.Linear(inputs, outputs), between[self.options.activation]()]
        network = torch.nn.Sequential(*layers[:-1])
        kind = torch.optim.SGD if self.options.optimizer == "sgd" else torch.optim.Adam
        optimizer = kind(network.parameters(), lr=LEARNING_RATE)
        criterion = (torch.nn.functional.mse_loss if self.options.loss == "mse"
                     else torch.nn.functional.cross_entropy)
        x, y = torch.from_numpy(self.x), torch.from_numpy(self.y)

        compiled = torch.compile if is_compiled else lambda function: function
        objective, update = compiled(lambda: criterion(network(x), y)), compiled(optimizer.step)

        def run():
            optimizer.zero_grad()
            objective().backward()
            update()
        return run

    def torch_compile(self):
        import torch
        torch._dynamo.reset()
        return self.torch(is_compiled=True)

    def jax(self):
        import jax
        from jax import numpy as jnp
        options = self.options
        keys = jax.random.split(jax.random.key(0), len(self.pairs))
        parameters = [(jax.random.normal(key, pair) / pair[0] ** 0.5, jnp.zeros(pair[1]))
                      for key, pair in zip(keys, self.pairs)]
        x, y = jnp.asarray(self.x), jnp.asarray(self.y)

        def objective(parameters, x, y):
            for weight, bias in parameters[:-1]:
                x = x @ weight + bias
                x = jax.nn.relu(x) if options.activation == "relu" else x
            x = x @ parameters[-1][0] + parameters[-1][1]
            if options.loss == "mse":
                return jnp.mean((x - y) ** 2)
            return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(x), y[:, None], 1))

        def sgd(parameters, state, x, y):
            loss, gradients = jax.value_and_grad(objective)(parameters, x, y)
            return (jax.tree.map(lambda w, g: w - LEARNING_RATE * g, parameters, gradients), state,
                    loss)

        def adam(parameters, state, x, y):
            loss, gradients = jax.value_and_grad(objective)(parameters, x, y)
            first, second, t = state
            t = t + 1
            first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, first, gradients)
            second = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, second, gradients)
            new = jax.tree.map(
                lambda w, m, v: w - LEARNING_RATE * (m / (1 - 0.9 ** t))
                / (jnp.sqrt(v / (1 - 0.999 ** t)) + 1e-8), parameters, first, second)
            return new, (first, second, t), loss

        step = jax.jit(sgd if options.optimizer == "sgd" else adam, donate_argnums=(0, 1))
        zeros = [jax.tree.map(jnp.zeros_like, parameters) for _ in range(2)]
        current = [parameters, (*zeros, jnp.zeros(()))]

        def run():
            current[0], current[1], loss = step(*current, x, y)
            jax.block_until_ready((loss, current))
        return run


def prepared(peer, options):
    """The work as a function without arguments, and its floating-point operations."""
    kinds = {"matmul": Matmul, "step": Step, "operation": Operation, "network": Network,
             "predict": Prediction, "requests": Prediction}
    if options.what == "requests":
        options = argparse.Namespace(**{**vars(options), "threads": 1})
    is_convolutional = options.what == "predict" and options.convolutional
    work = (ConvolutionalPrediction if is_convolutional else kinds[options.what])(options)
    make = getattr(work, peer.replace(".", "_"), None)
    if make is None:
        raise NotImplementedError(f"{peer} has no {options.what}")
    run = make()
    for _ in range(3):
        run()
    return run, work.operations


def timed(run, seconds):
    times, end = [], time.perf_counter() + seconds
    while len(times) < 3 or (time.perf_counter() < end and len(times) < 1_000_000):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return sorted(times)


def timed_together(run, seconds, tasks):
    """The times of requests from so many threads, and how many there were a second."""
    times, start = [], time.perf_counter()

    def ask():
        own = timed(run, seconds)
        times.extend(own)

    threads = [threading.Thread(target=ask) for _ in range(tasks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(times), len(times) / (time.perf_counter() - start)


def answer(peer, line, options, cases):
    """One JSON object: the times, or the reason why there are none. `cases` keeps the last work."""
    line = line.split(" --seconds")[0]
    try:
        if line not in cases:
            cases.clear()
            cases[line] = prepared(peer, options)
        run, operations = cases[line]
        if options.what == "requests":
            times, rate = timed_together(run, options.seconds, options.tasks)
        else:
            times, rate = timed(run, options.seconds), None
    except Exception as error:
        return {"peer": peer, "name": line, "missing": f"{type(error).__name__}: {error}"[:200]}
    found = {
        "peer": peer, "name": line, "threads": options.threads,
        "median_us": round(times[len(times) // 2] * 1e6, 3), "best_us": round(times[0] * 1e6, 3),
        "mean_us": round(sum(times) / len(times) * 1e6, 3),
        "percentile99_us": round(times[min(len(times) * 99 // 100, len(times) - 1)] * 1e6, 3),
        "gflops": round(operations / times[0] / 1e9, 3),
    }
    return found if rate is None else {**found, "requests_per_s": round(rate, 1)}


def serve(peer, top, threads):
    """Says which version runs, or why none does; then answers lines until there are no more."""
    cases, hello = {}, {"peer": peer}
    try:
        hello["version"] = __import__(peer.split(".")[0]).__version__
        hello["runs_on"] = environment.runs_on(peer, threads)
    except Exception as error:
        hello["missing"] = f"{type(error).__name__}: {error}"
    print(json.dumps(hello), flush=True)
    for line in sys.stdin:
        options = top.parse_args(shlex.split(line))
        options.threads = threads
        print(json.dumps(answer(peer, line.strip(), options, cases)), flush=True)


def main():
    top = parser()
    options = top.parse_args()
    dropped = environment.prepare(options.threads)
    if options.what == "serve":
        return serve(options.peers, top, options.threads)
    for peer in options.peers.split(","):
        line = answer(peer, shlex.join(sys.argv[1:]), options, {})
        if "missing" not in line:
            line.update(runs_on=environment.runs_on(peer, options.threads), dropped=dropped)
        print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
