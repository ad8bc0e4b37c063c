// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

/// What is printed is what a thing is, not what Swift keeps in it.
struct SummariesTests {
  private struct Classifier: Layer {
    let output = Linear(4, 2)
    var parameters: Parameters { ["output": output.parameters] }
    func callAsFunction(_ x: Tensor<Float>) -> Tensor<Float> { output(x) }
  }

  @Test func emptyTensorsShowTheirShape() {
    #expect("\(Tensor<Float>.zeros([0, 3]))" == "[] of shape [0, 3]")
    #expect("\(Tensor<Int32>.zeros([2, 0, 1]))" == "[] of shape [2, 0, 1]")
    #expect("\(Tensor<Float>.zeros([0]))" == "[]")
  }

  @Test func layersAndParameters() {
    #expect(
      "\(Classifier())"
        == """
        Classifier with 2 parameters, 10 numbers:
          output.weight [4, 2]
          output.bias [2]
        """)
    #expect(
      "\(Sequential(Linear(64, 50), Activation(relu), Linear(50, 10)))"
        == """
        path   layer           parameters  bytes
        0      Linear(64, 50)        3250  13.0k
        1      Activation               0      0
        2      Linear(50, 10)         510  2.04k
        total                        3760  15.0k
        """)
    #expect(
      "\(Sequential(Linear(64, 50), ReLU(), Linear(50, 10)))"
        == """
        path   layer           parameters  bytes
        0      Linear(64, 50)        3250  13.0k
        1      ReLU()                   0      0
        2      Linear(50, 10)         510  2.04k
        total                        3760  15.0k
        """)
    #expect(
      "\(Sequential(Sequential(Linear(2, 1, bias: false)), Dropout(0.5)))"
        == """
        path   layer                      parameters  bytes
        0.0    Linear(2, 1, bias: false)           2      8
        1      Dropout(0.5)                        0      0
        total                                      2      8
        """)
    #expect("\(Parameters())" == "Parameters with no parameters")
    #expect("\(Sequential())" == "Sequential()")
    #expect(
      "\(Sequential(Sequential()))"
        == """
        path   layer         parameters  bytes
        0      Sequential()           0      0
        total                         0      0
        """)
    #expect(
      "\(Linear(1, 1).parameters)"
        == "Parameters with 2 parameters, 2 numbers:\n  weight [1, 1]\n  bias [1]")
    #expect("\(Linear(2, 1).weight)" == "Parameter of shape [2, 1], not initialised")
    let one: Tensor<Float> = [1, 2], two: Tensor<Float> = [[1, 2]]
    #expect("\(parameter(one))" == "Parameter of shape [2]: [1. 2.]")
    #expect("\(parameter(two))" == "Parameter of shape [1, 2]:\n[[1. 2.]]")
    let many = Sequential((0..<30).map { _ in Classifier() })
    #expect("\(many.parameters)".hasSuffix("\n  19.output.bias [2]\n  and 20 more"))
  }

  private func parameter(_ numbers: Tensor<Float>) -> Parameter {
    let parameter = Parameter(value: numbers)
    return parameter
  }

  @Test func optimizers() {
    let parameters = Linear(4, 2).parameters
    #expect(
      "\(Optimizer(SGD(learningRate: 0.1), for: parameters))"
        == "SGD(learningRate: 0.1, momentum: 0.0) after 0 steps, of 2 parameters, 10 numbers")
    let adam = Optimizer(Adam(learningRate: 0.5), for: parameters)
    adam.minimize(parameters["weight"]!.value.sum())
    #expect(
      "\(adam)" == "Adam(learningRate: 0.5, beta1: 0.9, beta2: 0.999, epsilon: 1e-08) "
        + "after 1 step, of 2 parameters, 10 numbers")
    #expect(
      "\(Optimizer(AdamW(), for: parameters))".hasPrefix(
        "AdamW(learningRate: 0.001, weightDecay: 0.01, beta1: 0.9"))
  }

  @Test func rulesAndSettings() {
    let adam = "Adam(learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-08)"
    #expect("\(Adam())" == adam)
    #expect("\(AnyRule(Adam()))" == adam)
    let group = Optimizer<Adam>.Group(Linear(4, 2).parameters, Adam())
    #expect("\(group)" == "\(adam) of 2 parameters, 10 numbers")
    #expect("\(Gain.tanh)" == "Gain(1.6666666)")
    #expect(
      "\(Initialization.xavierNormal)" == "normal for the inputs and outputs, Gain(1.0)")
    #expect("\(Initialization.uniform(bound: 0.5))" == "uniform in ±0.5")
    #expect("\(Initialization.orthogonal)" == "orthogonal, Gain(1.0)")
    #expect(
      "\(EarlyStopping(patience: 1, watching: .metric("accuracy"), leastChange: 0.5))"
        == "stops after more than 1 epoch without a better accuracy by 0.5")
    #expect("\(BatchTransform<Int32, Int32>.noise(0.1))" == "BatchTransform<Int32, Int32>")
    #expect("\(AttentionCache())" == "AttentionCache of 0 positions")
    #expect("\(PatternReduction<Float>.mean) \(PatternReduction<Bool>.any)" == "mean any")
    let steps: [any TensorIndex] = [3, 2..<5, 1..., IndexStep.all, (1..<9).every(2)]
    #expect(steps.map { "\($0.step)" } == ["3", "2..<5", "1...", ".all", "(1..<9).every(2)"])
  }

  @Test func dataAndFiles() throws {
    let data = Dataset(inputs: .zeros([3, 4]), labels: [0, 1, 0])
    #expect("\(data)" == "Dataset of 3 examples: inputs [3, 4], labels [3]")
    #expect("\(data.batches(of: 2))" == "batches of 2, 3 of 3 examples to come")
    let table = try CSV.table(
      from: Array("rooms,city,same\n1,Ulm,2\n,Bonn,2\n3,Ulm,2\n3,Ulm,2\n".utf8), name: "homes.csv")
    #expect(
      "\(table)"
        == """
        homes.csv: 4 rows:
          rooms: numeric, 1 missing
          city: categorical, 2 texts
          same: numeric, constant
        """)
    let stored = StoredTensor(shape: [2, 1], scalars: [1, 2] as [UInt8])
    #expect("\(stored)" == "uint8 [2, 1]")
    #expect("\(["x": stored] as NamedTensors)" == "1 tensor:\n  x uint8 [2, 1]")
  }

  @Test func modelFiles() {
    let model = Sequential(Linear(2, 3), ReLU(), Dropout(0.5), Linear(3, 1, bias: false))
      .initialized(seed: 1)
    let file = ModelFile(
      model,
      preprocessing: Preprocessing(
        inputs: [
          .init("size", .standardized(mean: 1, scale: 2, missing: 0)),
          .init("city", .oneHot(categories: ["Bonn", "Ulm"])),
        ], targets: [.init("price", .standardized(mean: 0, scale: 1, missing: 0))]),
      classNames: ["cat", "dog"], summary: ["epochs": 2],
      optimizer: Optimizer(SGD(learningRate: 0.1), for: model.parameters),
      randomKeys: ["order": RandomKey(seed: 3)]
    )
    #expect(
      "\(file)"
        == """
        ModelFile: 3 weights, 12 numbers
          0.weight float32 [2, 3]
          0.bias float32 [3]
          3.weight float32 [3, 1]
        architecture: [linear(inputs: 2, outputs: 3, bias: true), relu, dropout(rate: 0.5), \
        linear(inputs: 3, outputs: 1, bias: false)]
        preprocessing:
          column    as        inputs  how
          size      number    1       (x - 1) / 2; missing: 0
          city      category  2       Bonn, Ulm
          predicts
          price     number    1       x / 1; missing: 0
        classes: cat, dog
        summary: {"epochs":2}
        optimizer: SGD(learningRate: 0.1, momentum: 0.0) after 0 steps
        random keys: order
        """)
  }

  @Test func functionsAndKeys() {
    let norm = recorded { (x: Tensor<Float>, k: RandomKey) in x.sum() }
    #expect("\(norm)" == "recorded (Tensor<Float>, RandomKey) -> Tensor<Float>")
    let w = Parameter(value: Tensor<Float>([1]))
    let step = Optimizer(SGD(learningRate: 1), for: ["w": w]).recorded { (x: Tensor<Float>) in
      (w.value * x).sum()
    }
    #expect("\(step)" == "recorded step of (Tensor<Float>)")
    #expect("\(RandomKey(seed: 255))" == "RandomKey(0xff)")
    #expect("\(Pass.current)" == "inference pass")
  }

  /// `dump` and debuggers look through mirrors.
  @Test func mirrorsOfFilesShowNamesAndNumbers() throws {
    let stored = StoredTensor(shape: [2, 1], scalars: [1, 2] as [UInt8])
    let long = StoredTensor(shape: [1001], scalars: [Int64](repeating: 0, count: 1001))
    let children = Array(Mirror(reflecting: stored).children)
    #expect(children.map(\.label) == ["type", "shape", "numbers"])
    #expect(children[2].value as? [Double] == [1, 2])
    #expect(Mirror(reflecting: long).children.map(\.label) == ["type", "shape"])
    let file = ModelFile(Sequential(Linear(1, 1)).initialized(seed: 1))
    var text = ""
    dump([file.weights, file] as [Any], to: &text)
    #expect(text.contains("numbers") && !text.contains("Storage"), "\(text)")
  }

  @Test func mirrorsShowShapesAndNumbers() {
    func dumped(_ value: Any) -> String {
      var text = ""
      dump(value, to: &text)
      return text
    }
    let x: Tensor<Float> = [[1, 2], [3, 4]]
    let y = x * 2
    let children = Array(Mirror(reflecting: y).children)
    #expect(children.map(\.label) == ["shape", "scalars"])
    #expect(children[0].value as? Shape == [2, 2])
    #expect(children[1].value as? [Float] == [2, 4, 6, 8])
    let long = Array(Mirror(reflecting: Tensor<Float>.zeros([2000])).children)
    #expect(long[1].value as? String == "[0. 0. 0. ... 0. 0. 0.]")
    let weight = Parameter(value: x)
    #expect(Array(Mirror(reflecting: weight).children)[1].value is Tensor<Float>)
    for text in [
      dumped(weight), dumped(Optimizer(SGD(learningRate: 1), for: ["w": weight])), dumped(["k": y]),
    ] {
      #expect(text.contains("4.0") || text.contains("8.0"), "\(text)")
      for innards in ["Node", "LeafSlot", "inputs", "others", "StepPrograms"] {
        #expect(!text.contains(innards), "\(text)")
      }
    }
  }

  /// A debugger that stops inside a recording computes nothing.
  @Test func aMirrorInsideARecordingIsSafe() {
    let double = recorded { (x: Tensor<Float>) in
      let y = x * 2
      #expect(Mirror(reflecting: y).children.map(\.label) == ["shape"])
      return y
    }
    #expect(double([1, 2]).scalars == [2, 4])
    let known: Tensor<Float> = [3]
    #expect(known.scalars == [3])
    let shifted = recorded { (x: Tensor<Float>) in
      #expect(Mirror(reflecting: known).children.map(\.label) == ["shape"])
      return x + known
    }
    #expect(shifted([1]).scalars == [4])
  }

  /// The numbers of a model are not read there either, whether it is printed or dumped.
  @Test func modelsInsideARecordingAreShownWithoutNumbers() {
    let model = Sequential(Linear(2, 1)).initialized(seed: 1), fresh = Parameter(shape: [2], .zeros)
    let weight = model.parameters["0.weight"]!
    let predict = recorded { (x: Tensor<Float>) in
      #expect("\(weight)" == "Parameter of shape [2, 1]")
      #expect("\(fresh)" == "Parameter of shape [2], not initialised")
      #expect(Mirror(reflecting: weight).children.map(\.label) == ["shape"])
      var text = ""
      dump(model, to: &text)
      #expect(text.contains("Parameter of shape [2, 1]") && !text.contains("not initialised"))
      return model(x)
    }
    let x: Tensor<Float> = [[1, 2]]
    #expect(predict(x).scalars == model(x).scalars)
  }
}
