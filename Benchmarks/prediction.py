# SPDX-License-Identifier: Apache-2.0
"""What the peers do for `pullback bench predict`: the probabilities for one fixed batch."""


def onnx_function(nodes, constants, given, shape, result, threads):
    """A graph of ONNX Runtime as a function of its one input."""
    import onnx
    import onnxruntime
    from onnx import helper
    float32 = onnx.TensorProto.FLOAT
    graph = helper.make_graph(
        nodes, "network", [helper.make_tensor_value_info(given, float32, shape)],
        [helper.make_tensor_value_info(result, float32, None)], constants)
    # Versions that older runtimes read too.
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return lambda x: session.run(None, {given: x})[0]


class TorchPrediction:
    """What PyTorch does for whoever has a network, `torch_network()`, and a batch, `x`."""

    def torch(self, is_compiled=False):
        import torch
        network, x = self.torch_network().eval(), torch.tensor(self.x)

        def probabilities():
            return torch.softmax(network(x), -1)
        predict = torch.compile(probabilities) if is_compiled else probabilities

        def run():
            with torch.inference_mode():
                return predict()
        return run

    def torch_compile(self):
        import torch
        torch._dynamo.reset()
        return self.torch(is_compiled=True)


class Prediction(TorchPrediction):
    """A network, a fixed batch, and what a prediction costs.

    Each method named after a peer gives a function without arguments: one prediction, from the
    peer's kind of array to the peer's kind of array.
    """

    def __init__(self, options):
        import numpy
        self.threads, self.is_relu = options.threads, options.activation == "relu"
        self.sizes = list(map(int, options.layers.split("-")))
        random = numpy.random.default_rng(0)

        def normal(*shape):
            return random.standard_normal(shape, dtype=numpy.float32)

        self.x = normal(options.batch, self.sizes[0])
        self.parameters = [
            (normal(inputs, outputs) / numpy.float32(inputs ** 0.5),
             numpy.zeros(outputs, numpy.float32))
            for inputs, outputs in zip(self.sizes, self.sizes[1:])]
        self.operations = 2 * options.batch * sum(w.size for w, _ in self.parameters)

    def numpy(self):
        import numpy

        def run():
            z = self.x
            for weight, bias in self.parameters[:-1]:
                z = z @ weight + bias
                z = numpy.maximum(z, 0) if self.is_relu else z
            z = z @ self.parameters[-1][0] + self.parameters[-1][1]
            powers = numpy.exp(z - z.max(1, keepdims=True))
            return powers / powers.sum(1, keepdims=True)
        return run

    def torch_network(self):
        import torch
        layers = []
        for weight, bias in self.parameters:
            linear = torch.nn.Linear(*weight.shape)
            linear.load_state_dict(
                {"weight": torch.tensor(weight.T), "bias": torch.tensor(bias)})
            layers += [linear, torch.nn.ReLU() if self.is_relu else torch.nn.Identity()]
        return torch.nn.Sequential(*layers[:-1])

    def jax(self):
        import jax
        x, parameters = jax.tree.map(jax.numpy.asarray, (self.x, self.parameters))

        @jax.jit
        def probabilities(parameters, x):
            for weight, bias in parameters[:-1]:
                x = x @ weight + bias
                x = jax.nn.relu(x) if self.is_relu else x
            return jax.nn.softmax(x @ parameters[-1][0] + parameters[-1][1])
        return lambda: probabilities(parameters, x).block_until_ready()

    def onnxruntime(self):
        import onnx
        from onnx import helper
        nodes, constants, current = [], [], "x"
        for layer, pair in enumerate(self.parameters):
            if layer > 0 and self.is_relu:
                nodes.append(helper.make_node("Relu", [current], [f"a{layer}"]))
                current = f"a{layer}"
            names = [f"w{layer}", f"b{layer}"]
            constants += [onnx.numpy_helper.from_array(*item) for item in zip(pair, names)]
            nodes.append(helper.make_node("Gemm", [current, *names], [f"s{layer}"]))
            current = f"s{layer}"
        nodes.append(helper.make_node("Softmax", [current], ["y"]))
        run = onnx_function(nodes, constants, "x", self.x.shape, "y", self.threads)
        return lambda: run(self.x)

    def sklearn(self):
        import warnings
        import numpy
        from sklearn.neural_network import MLPClassifier
        outputs = self.sizes[-1]
        if outputs < 3:
            raise NotImplementedError("scikit-learn gives two classes a single output")
        network = MLPClassifier(
            self.sizes[1:-1], activation="relu" if self.is_relu else "identity", max_iter=1)
        with warnings.catch_warnings():
            # That one pass over a few rows does not converge is no news.
            warnings.simplefilter("ignore")
            rows = numpy.random.default_rng(1).standard_normal(
                (4 * outputs, self.sizes[0]), dtype=numpy.float32)
            network.fit(rows, numpy.arange(len(rows)) % outputs)
        network.coefs_ = [weight for weight, _ in self.parameters]
        network.intercepts_ = [bias for _, bias in self.parameters]
        return lambda: network.predict_proba(self.x)
