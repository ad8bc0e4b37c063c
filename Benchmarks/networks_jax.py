# SPDX-License-Identifier: Apache-2.0
"""The networks of `networks.py` as functions of JAX, channels last, each step one `jit`."""

import jax
import numpy
from jax import lax
from jax import numpy as jnp

from networks import CHARACTERS, CLASSES, LEARNING_RATE, LENGTHS, SWARM, SWARM_SIZES


class Start:
    """Random numbers for parameters, all from one generator."""

    def __init__(self):
        self.random = numpy.random.default_rng(1)

    def normal(self, *shape, scale=1.0):
        numbers = self.random.standard_normal(shape, dtype=numpy.float32)
        return jnp.asarray(numbers * numpy.float32(scale))

    def dense(self, inputs, outputs):
        return self.normal(inputs, outputs, scale=inputs ** -0.5), jnp.zeros(outputs)

    def filters(self, size, inputs, outputs):
        scale = (size * size * inputs) ** -0.5
        return self.normal(size, size, inputs, outputs, scale=scale), jnp.zeros(outputs)

    def norm(self, width):
        return jnp.ones(width), jnp.zeros(width)


def dense(x, layer):
    return x @ layer[0] + layer[1]


def convolution(x, layer):
    return lax.conv_general_dilated(
        x, layer[0], (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC")) + layer[1]


def max_pool(x):
    return lax.reduce_window(x, -jnp.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")


def standardized(x, layer, axes):
    mean, variance = x.mean(axes, keepdims=True), x.var(axes, keepdims=True)
    return (x - mean) * lax.rsqrt(variance + 1e-5) * layer[0] + layer[1]


def layer_norm(x, layer):
    return standardized(x, layer, -1)


def batch_norm(x, layer):
    return standardized(x, layer, (0, 1, 2))


def causal_attention(query, key, value):
    length = query.shape[-2]
    scores = query @ jnp.swapaxes(key, -1, -2) * query.shape[-1] ** -0.5
    seen = jnp.tril(jnp.ones((length, length), bool))
    return jax.nn.softmax(jnp.where(seen, scores, -jnp.inf)) @ value


def cnn28(start):
    def predict(p, x, _):
        for filters in p[:2]:
            x = max_pool(jax.nn.relu(convolution(x, filters)))
        return dense(jax.nn.relu(dense(x.reshape(len(x), -1), p[2])), p[3])
    return predict, [start.filters(5, 1, 8), start.filters(5, 8, 16), start.dense(784, 64),
                     start.dense(64, CLASSES)]


def cnn8(start):
    def predict(p, x, _):
        for filters in p[:2]:
            x = jax.nn.relu(convolution(x, filters))
        return dense(max_pool(x).reshape(len(x), -1), p[2])
    return predict, [start.filters(3, 1, 16), start.filters(3, 16, 32), start.dense(512, CLASSES)]


def resnet(start):
    def predict(p, x, _):
        for first, norm, second, other in p["blocks"]:
            change = jax.nn.relu(batch_norm(convolution(x, first), norm))
            x = jax.nn.relu(x + batch_norm(convolution(change, second), other))
        return dense(x.mean((1, 2)), p["head"])
    blocks = [(start.filters(3, 16, 16), start.norm(16)) * 2 for _ in range(3)]
    return predict, {"blocks": blocks, "head": start.dense(16, CLASSES)}


def gpt(start, width=128, heads=4):
    def attend(p, x):
        batch, length, _ = x.shape
        parts = (part.reshape(batch, length, heads, -1).swapaxes(1, 2)
                 for part in jnp.split(dense(x, p["split"]), 3, -1))
        return dense(causal_attention(*parts).swapaxes(1, 2).reshape(x.shape), p["join"])

    def predict(p, characters, _):
        x = p["tokens"][characters] + p["places"]
        for block in p["blocks"]:
            x = x + attend(block, layer_norm(x, block["attention norm"]))
            wide = jax.nn.gelu(dense(layer_norm(x, block["mlp norm"]), block["up"]),
                               approximate=False)
            x = x + dense(wide, block["down"])
        return dense(layer_norm(x, p["norm"]), p["head"])
    blocks = [{"attention norm": start.norm(width), "split": start.dense(width, 3 * width),
               "join": start.dense(width, width), "mlp norm": start.norm(width),
               "up": start.dense(width, 4 * width), "down": start.dense(4 * width, width)}
              for _ in range(2)]
    return predict, {"tokens": start.normal(CHARACTERS, width),
                     "places": start.normal(LENGTHS["gpt"], width), "blocks": blocks,
                     "norm": start.norm(width), "head": start.dense(width, CHARACTERS)}


def lstm(start, width=128):
    def predict(p, characters, _):
        def advance(state, x):
            hidden, cell = state
            gates = dense(x, p["inputs"]) + hidden @ p["hidden"]
            take, forget, give, new = jnp.split(gates, 4, -1)
            cell = jax.nn.sigmoid(forget) * cell + jax.nn.sigmoid(take) * jnp.tanh(new)
            hidden = jax.nn.sigmoid(give) * jnp.tanh(cell)
            return (hidden, cell), hidden
        begin = jnp.zeros((len(characters), width))
        _, hidden = lax.scan(advance, (begin, begin), p["tokens"][characters].swapaxes(0, 1))
        return dense(hidden.swapaxes(0, 1), p["head"])
    return predict, {"tokens": start.normal(CHARACTERS, 64), "inputs": start.dense(64, 4 * width),
                     "hidden": start.dense(width, 4 * width)[0],
                     "head": start.dense(width, CHARACTERS)}


def mlpnorm(start):
    def predict(p, x, key):
        for number, (layer, norm) in enumerate(p["hidden"]):
            x = layer_norm(jax.nn.relu(dense(x, layer)), norm)
            kept = jax.random.bernoulli(jax.random.fold_in(key, number), 0.9, x.shape)
            x = jnp.where(kept, x / 0.9, 0)
        return dense(x, p["head"])
    hidden = [(start.dense(inputs, 256), start.norm(256)) for inputs in (64, 256)]
    return predict, {"hidden": hidden, "head": start.dense(256, CLASSES)}


def swarm(start):
    def one(p, x):
        for layer in p[:-1]:
            x = jax.nn.relu(dense(x, layer))
        return dense(x, p[-1])
    layers = [(start.normal(SWARM, inputs, outputs, scale=inputs ** -0.5),
               jnp.zeros((SWARM, outputs))) for inputs, outputs in zip(SWARM_SIZES, SWARM_SIZES[1:])]
    return lambda p, x, _: jax.vmap(one)(p, x), layers


NETWORKS = {"cnn28": cnn28, "cnn8": cnn8, "resnet": resnet, "gpt": gpt, "lstm": lstm,
            "mlpnorm": mlpnorm, "swarm": swarm}


def step(network):
    """A training step as a function without arguments."""
    predict, parameters = NETWORKS[network.name](Start())
    x = network.x.transpose(0, 2, 3, 1) if network.x.ndim == 4 else network.x
    x, y = jnp.asarray(x), jnp.asarray(network.y)

    def objective(parameters, x, y, key):
        outputs = predict(parameters, x, key)
        if network.name == "swarm":
            return ((outputs - y) ** 2).mean((1, 2)).sum()
        return -jnp.take_along_axis(jax.nn.log_softmax(outputs), y[..., None], -1).mean()

    def adam(parameters, first, second, count, x, y):
        key = jax.random.fold_in(jax.random.key(0), count)
        loss, gradients = jax.value_and_grad(objective)(parameters, x, y, key)
        count = count + 1
        first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, first, gradients)
        second = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, second, gradients)
        parameters = jax.tree.map(
            lambda w, m, v: w - LEARNING_RATE * (m / (1 - 0.9 ** count))
            / (jnp.sqrt(v / (1 - 0.999 ** count)) + 1e-8), parameters, first, second)
        return parameters, first, second, count, loss

    compiled = jax.jit(adam, donate_argnums=(0, 1, 2))
    # What is given up must be memory of its own.
    copies = [jax.tree.map(lambda w, scale=scale: w * scale, parameters) for scale in (1, 0, 0)]
    state = [*jax.tree.map(jnp.copy, copies), jnp.zeros((), jnp.int32)]

    def run():
        *state[:], loss = compiled(*state, x, y)
        jax.block_until_ready((loss, state))
    return run
