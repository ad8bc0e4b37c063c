# SPDX-License-Identifier: Apache-2.0
"""The functions of `pullback bench operation`, and their gradients, as the peers have them.

With a gradient: those of the sum of the squares of the result for all inputs, and nothing else.
"""

# What single numbers are drawn from: 1,000,000 of them.
RANGES = {"log": (1e-3, 1000), "log1p": (0, 1000), "sqrt": (1e-3, 1000)}
NUMBERS = ["exp", "expm1", "log", "log1p", "sqrt", "sin", "cos", "tanh", "erf", "sigmoid",
           "logSigmoid", "softplus", "gelu", "geluTanh", "silu", "leakyReLU", "elu", "selu", "relu6",
           "hardSigmoid", "hardSwish", "hardTanh", "clipped", "floor"]
ROWS = ["softmax", "logSoftmax", "logSumExp", "variance", "norm", "product"]
# Of a million numbers, and with this ending along the rows of [4096, 1000].
SCANS_AND_SORTS = ["cumulativeSum", "cumulativeProduct", "sorted", "sortedIndices", "largest"]
ENDING = "-rows"
NAMES = NUMBERS + ROWS + SCANS_AND_SORTS + [name + ENDING for name in SCANS_AND_SORTS]
WITHOUT_GRADIENT = {"floor", "sortedIndices", "sortedIndices" + ENDING}
# What the peers give their own order of axes; images are [n, c, h, w] here.
SHAPES = {"conv": [(16, 32, 32, 32), (64, 32, 3, 3), (64,)],
          "layernorm": [(4096, 256), (256,), (256,)], "attention": [(16, 4, 64, 32)] * 3,
          "longAttention": [(1, 8, 2048, 64)] * 3}


class Operation:
    """What a function is given. Floating-point operations are not counted."""

    operations = 0

    def __init__(self, options):
        import numpy
        random = numpy.random.default_rng(0)
        self.name, self.gradient = options.name.removesuffix(ENDING), options.gradient
        if self.name in NUMBERS:
            low, high = RANGES.get(self.name, (-10, 10))
            self.inputs = [random.uniform(low, high, 1_000_000).astype(numpy.float32)]
            return
        is_million = self.name in SCANS_AND_SORTS and self.name == options.name
        shape = (1_000_000,) if is_million else (4096, 1000)
        if self.name in ("cumulativeProduct", "product"):
            # Products become neither 0 nor infinite.
            self.inputs = [random.uniform(0.999, 1.001, shape).astype(numpy.float32)]
        else:
            self.inputs = [random.standard_normal(shape, dtype=numpy.float32)
                           for shape in SHAPES.get(self.name, [shape])]

    def numpy(self):
        import numpy
        function = {"cumulativeSum": numpy.cumsum, "cumulativeProduct": numpy.cumprod,
                    "sorted": numpy.sort, "sortedIndices": numpy.argsort,
                    "product": numpy.prod}.get(self.name)
        if function is None or self.gradient:
            raise NotImplementedError(f"numpy is not asked for {self.name}")
        return lambda: function(self.inputs[0], axis=-1)

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
            "norm": lambda x: torch.linalg.vector_norm(x, dim=-1),
            "product": lambda x: torch.prod(x, -1),
            "cumulativeSum": lambda x: torch.cumsum(x, -1),
            "cumulativeProduct": lambda x: torch.cumprod(x, -1),
            "sorted": lambda x: torch.sort(x)[0], "sortedIndices": torch.argsort,
            "largest": lambda x: torch.topk(x, 10),
            "conv": lambda x, w, b: functional.conv2d(x, w, b, padding=1),
            "layernorm": lambda x, w, b: functional.layer_norm(x, w.shape, w, b),
            "attention": lambda q, k, v: functional.scaled_dot_product_attention(
                q, k, v, is_causal=True)}
        special["longAttention"] = special["attention"]
        function = special.get(self.name) or getattr(torch, self.name)
        # Copies, which PyTorch aligns as it likes them.
        inputs = [torch.tensor(x, requires_grad=self.gradient) for x in self.inputs]
        if is_compiled:
            torch._dynamo.reset()
            function = torch.compile(function)

        def gradients():
            y = function(*inputs)
            return torch.autograd.grad((values(y) ** 2).sum(), inputs)
        if self.gradient:
            return gradients

        def forward():
            with torch.inference_mode():
                return function(*inputs)
        return forward

    def torch_compile(self):
        return self.torch(is_compiled=True)

    def jax(self):
        import jax
        from jax import nn, numpy as jnp
        import networks_jax
        special = {
            "erf": jax.scipy.special.erf, "sigmoid": nn.sigmoid, "logSigmoid": nn.log_sigmoid,
            "softplus": nn.softplus, "gelu": lambda x: nn.gelu(x, approximate=False),
            "geluTanh": nn.gelu, "silu": nn.silu, "leakyReLU": nn.leaky_relu, "elu": nn.elu,
            "selu": nn.selu, "relu6": nn.relu6, "hardSigmoid": nn.hard_sigmoid,
            "hardSwish": nn.hard_swish, "hardTanh": nn.hard_tanh,
            "clipped": lambda x: jnp.clip(x, -3, 5), "softmax": nn.softmax,
            "logSoftmax": nn.log_softmax, "logSumExp": lambda x: nn.logsumexp(x, -1),
            "variance": lambda x: jnp.var(x, -1), "norm": lambda x: jnp.linalg.norm(x, axis=-1),
            "product": lambda x: jnp.prod(x, -1),
            "cumulativeSum": lambda x: jnp.cumsum(x, -1),
            "cumulativeProduct": lambda x: jnp.cumprod(x, -1), "sorted": jnp.sort,
            "sortedIndices": jnp.argsort, "largest": lambda x: jax.lax.top_k(x, 10),
            "conv": lambda x, w, b: networks_jax.convolution(x, (w, b)),
            "layernorm": lambda x, w, b: networks_jax.layer_norm(x, (w, b)),
            "attention": networks_jax.causal_attention,
            "longAttention": networks_jax.causal_attention}
        function = special.get(self.name) or getattr(jnp, self.name)
        inputs = [jnp.asarray(x) for x in self.inputs]
        if self.name == "conv":
            inputs = [inputs[0].transpose(0, 2, 3, 1), inputs[1].transpose(2, 3, 1, 0), inputs[2]]
        if self.gradient:
            compiled = jax.jit(jax.grad(
                lambda *inputs: (values(function(*inputs)) ** 2).sum(), tuple(range(len(inputs)))))
        else:
            compiled = jax.jit(function)
        return lambda: jax.block_until_ready(compiled(*inputs))


def values(result):
    """What has a derivative: of the largest elements themselves, not where they stand."""
    return result[0] if isinstance(result, (tuple, list)) else result
