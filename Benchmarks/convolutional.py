# SPDX-License-Identifier: Apache-2.0
"""What the peers do for `pullback bench predict --convolutional`: the network cnn28 with softmax."""

from prediction import TorchPrediction, onnx_function


class ConvolutionalPrediction(TorchPrediction):
    """A fixed batch of images; the methods are those of `prediction.Prediction`."""

    # Multiplications and additions of the convolutions and the dense layers, of one image.
    PRODUCTS = 784 * 25 * 8 + 196 * 25 * 8 * 16 + 784 * 64 + 64 * 10

    def __init__(self, options):
        import numpy
        self.threads, self.random = options.threads, numpy.random.default_rng(0)
        self.x = self.normal(options.batch, 1, 28, 28)
        self.operations = 2 * options.batch * self.PRODUCTS

    def normal(self, *shape):
        import numpy
        return self.random.standard_normal(shape, dtype=numpy.float32)

    def torch_network(self):
        import networks_torch
        return networks_torch.cnn28()

    def jax(self):
        import jax
        import networks_jax
        predict, parameters = networks_jax.cnn28(networks_jax.Start())
        x = jax.numpy.asarray(self.x.transpose(0, 2, 3, 1))
        probabilities = jax.jit(lambda parameters, x: jax.nn.softmax(predict(parameters, x, None)))
        return lambda: probabilities(parameters, x).block_until_ready()

    def onnxruntime(self):
        import onnx
        from onnx import helper
        nodes, constants = [], []

        def add(kind, *shapes, **attributes):
            """A node that reads the one before, and constants of these shapes."""
            number, names = len(nodes), []
            for shape in shapes:
                names.append(f"c{len(constants)}")
                scale = shape[-1] if len(shape) < 3 else shape[1] * shape[2] * shape[3]
                numbers = self.normal(*shape) / scale ** 0.5
                constants.append(onnx.numpy_helper.from_array(numbers.astype("float32"), names[-1]))
            nodes.append(helper.make_node(
                kind, [f"v{number}", *names], [f"v{number + 1}"], **attributes))

        for inputs, outputs in ((1, 8), (8, 16)):
            add("Conv", (outputs, inputs, 5, 5), (outputs,), pads=[2] * 4)
            add("Relu")
            add("MaxPool", kernel_shape=[2, 2], strides=[2, 2])
        add("Flatten")
        add("Gemm", (784, 64), (64,))
        add("Relu")
        add("Gemm", (64, 10), (10,))
        add("Softmax")
        run = onnx_function(nodes, constants, "v0", self.x.shape, f"v{len(nodes)}", self.threads)
        return lambda: run(self.x)
