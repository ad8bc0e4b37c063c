# SPDX-License-Identifier: Apache-2.0
"""Functions of numbers, and their derivatives, as PyTorch and JAX have them."""

# What single numbers are drawn from; the others take normal numbers of shape [4096, 1000].
RANGES = {"log": (1e-3, 1000), "log1p": (0, 1000), "sqrt": (1e-3, 1000)}
NAMES = ["exp", "expm1", "log", "log1p", "sqrt", "sin", "cos", "tanh", "erf", "sigmoid",
         "logSigmoid", "softplus", "gelu", "geluTanh", "silu", "leakyReLU", "elu", "selu", "relu6",
         "hardSigmoid", "hardSwish", "hardTanh", "clipped", "floor"]
ROWS = ["softmax", "logSoftmax", "logSumExp", "variance", "norm"]


class Operation:
    """The numbers that a function is given. Floating-point operations are not counted."""

    operations = 0

    def __init__(self, options):
        import numpy
        random = numpy.random.default_rng(0)
        self.name, self.gradient = options.name, options.gradient
        if self.name in ROWS:
            self.x = random.standard_normal((4096, 1000), dtype=numpy.float32)
        else:
            low, high = RANGES.get(self.name, (-10, 10))
            self.x = random.uniform(low, high, 1_000_000).astype(numpy.float32)

    def torch(self, is_compiled=False):
        import torch
        from torch.nn import functional
        special = {
            "logSigmoid": functional.logsigmoid, "softplus": functional.softplus,
            "gelu": functional.gelu, "geluTanh": lambda x: functional.gelu(x, approximate="tanh"),
            "silu": functional.silu, "leakyReLU": functional.leaky_relu, "elu": functional.elu,
            "selu": functional.selu, "relu6": functional.relu6,
            "hardSigmoid": functional.hardsigmoid, "hardSwish": functional.hardswish,
            "hardTanh": functional.hardtanh, "clipped": lambda x: torch.clip(x, -3, 5),
            "softmax": lambda x: torch.softmax(x, -1),
            "logSoftmax": lambda x: torch.log_softmax(x, -1),
            "logSumExp": lambda x: torch.logsumexp(x, -1),
            "variance": lambda x: torch.var(x, -1, correction=0),
            "norm": lambda x: torch.linalg.vector_norm(x, dim=-1)}
        function = special.get(self.name) or getattr(torch, self.name)
        x = torch.from_numpy(self.x).requires_grad_(self.gradient)
        if is_compiled:
            torch._dynamo.reset()
            function = torch.compile(function)

        def both():
            y = function(x)
            return y, torch.autograd.grad((y * y).sum(), x)
        if self.gradient:
            return both

        def forward():
            with torch.inference_mode():
                return function(x)
        return forward

    def torch_compile(self):
        return self.torch(is_compiled=True)

    def jax(self):
        import jax
        from jax import nn, numpy as jnp
        special = {
            "erf": jax.scipy.special.erf, "sigmoid": nn.sigmoid, "logSigmoid": nn.log_sigmoid,
            "softplus": nn.softplus, "gelu": lambda x: nn.gelu(x, approximate=False),
            "geluTanh": nn.gelu, "silu": nn.silu, "leakyReLU": nn.leaky_relu, "elu": nn.elu,
            "selu": nn.selu, "relu6": nn.relu6, "hardSigmoid": nn.hard_sigmoid,
            "hardSwish": nn.hard_swish, "hardTanh": nn.hard_tanh,
            "clipped": lambda x: jnp.clip(x, -3, 5), "softmax": nn.softmax,
            "logSoftmax": nn.log_softmax, "logSumExp": lambda x: nn.logsumexp(x, -1),
            "variance": lambda x: jnp.var(x, -1), "norm": lambda x: jnp.linalg.norm(x, axis=-1)}
        function = special.get(self.name) or getattr(jnp, self.name)
        x = jnp.asarray(self.x)

        def loss(x):
            y = function(x)
            return (y * y).sum(), y
        compiled = jax.jit(jax.value_and_grad(loss, has_aux=True) if self.gradient else function)
        return lambda: jax.block_until_ready(compiled(x))
