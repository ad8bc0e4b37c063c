// SPDX-License-Identifier: Apache-2.0

extension Formulas {
  /// A Double or an Int stands beside tensors of Float.
  static let withOtherNumbers = lines(
    """
    x * d
    w - d * m / (sqrt(v) + 1e-8)
    n * x
    0.5 * x * (1 + tanh(d * (x + 0.044715 * x * x * x)))
    x + n - 1
    exp(-x * x / (2 * d * d))
    x.sum() / n
    -(y * log(x + d) + (1 - y) * log(1 - x + d)).mean()
    b1 * x + b2 * y + d * m + t * w
    maximum(x, d)
    x * i
    (x + d) * (y - d) / (1 + d * w)
    w - d * ((b1 * m + (1 - b1) * g) / (sqrt(v) + 1e-8))
    exp(-d * x) * d + (1 - d)
    d * x
    x - d
    d - x
    x / d
    d / x
    x + n
    n + x
    x - n
    n - x
    x * n
    x / n
    n / x
    w - d * g
    w - d * (g + decay * w)
    d * (x - y)
    d * x + n
    n * x + d
    x - d * x.squared()
    x * (1 - d)
    x * (1 + d) / 2
    (1 - d) * x + d * y
    (1 - d) * x * (1 - x)
    b1 * x + (1 - b1) * y - d * w
    m / (1 - d) / (sqrt(v / (1 - d)) + 1e-8)
    w - d * m / (sqrt(v) + eps)
    w - d * (m / (sqrt(v) + d) + d * w)
    x / (d * d + 1)
    exp(-d * x)
    exp(d * x) - 1
    exp(-x / d) * d
    log(x + d)
    sqrt(x + d)
    tanh(d * x + d)
    1 / (1 + exp(-d * x))
    1 / (1 + exp(-d * (x - d)))
    maximum(d, x)
    minimum(x, d)
    minimum(maximum(x, -d), d)
    select(x .> d, x, y)
    select(x .> d, x, 0)
    select(x .> 0, x, d * x)
    pow(x, d)
    pow(d, x)
    pow(x, d) * n
    x.mean() * d
    x.sum() / x.shape[0]
    x.sum() / (n - 1)
    (x - y).squared().sum() / n
    (x - y).squared().sum() / (2 * n)
    (x - y).squared().mean() + d * w.squared().sum()
    d * (x - y).squared().mean() + (1 - d) * abs(x - y).mean()
    x / x.elementCount
    i * x
    x + i - 1
    x * (i + 1)
    x * (n - i)
    x * i / n
    x * d * n
    x * d * d
    d * d * x
    x + d + d
    x + y * d + m * d + v * d + g * d
    x * d + y * d + m * d + v * d + g * d + w * d
    d + x * (d + x * (d + x * d))
    (x - d) * (x - d) / (2 * d * d)
    (x - d) / d
    x • w * d + b
    d * (x • w) + b
    relu(x • w + b) * d
    x * s + y * d
    s * x + d * y + n * m
    softmax(x / d, along: -1)
    -(y * log(softmax(x / d, along: -1))).sum() / n
    x[0] * d
    x[0] * n + x[1]
    -d * x
    -x * d
    -(x * d)
    x * -d
    x * Double(n)
    x / Double(n)
    x / Double(n - 1) * d
    x * 0.1 * d
    0.5 * d * x * x
    x * (d / 2)
    x * d.squareRoot()
    x * Double.pi
    x * max(d, 0)
    x * Double(i) / Double(n)
    x * dvalues[0]
    x * ivalues[0] + ivalues[1]
    x * d - y / d + n
    d * x * (1 - x) - n * y
    (x - d) / (n + 1) * 2
    w - d * (b1 * m + (1 - b1) * g)
    (x + y) / 2 - d * (x - y)
    x.sum() * d / n
    x.mean() - d * y.mean() + 0.5
    exp(-d * x * x) + n
    d / (1 + exp(-x)) - 1
    (x * x + y * y) / (n * n)
    x * dvalues[0] + y * dvalues[1] - dvalues[2]
    -d * log(x + 1e-8).mean() / n
    maximum(x - d, 0) * n
    select(x .> d, x - d, d - x)
    pow(x, d) / n + 1
    tanh(d * x + 1) * (1 - d)
    sqrt(x * x + d * d)
    x * d + y * n + s
    s * x + d * (y - n) / 2
    x + d * (y - x) * (1 - y)
    (d + 1) * x + (n - 1) * y
    x * (d > 0 ? d : 1)
    x / max(d, 1e-8)
    x * Double(n) / d
    1 / (n + d * x * x)
    x.sum() / (n * n - 1) - d
    (x - x.mean()) / (x.standardDeviation() + d)
    x * i / n - d
    d * (1 - x) * (1 - y) * (1 - m)
    m / (1 - d) - v / (1 - d * d) + eps
    zip(xs, dvalues).map { $0 * $1 }.reduce(0) { $0 + $1 / n }
    xs.map { d * $0 - n }.reduce(0, +)
    """)

  /// The same with functions of Foundation.
  static let withOtherNumbersAndFoundation = lines(
    """
    x * pow(d, 2)
    x * pow(d, Double(n))
    m / (1 - pow(d, Double(n)))
    x * exp(-d)
    x * (1 - exp(-d))
    x * sqrt(2 / d)
    x * sqrt(2 / Double(n))
    sqrt(d) * x + sqrt(1 - d) * y
    x * cos(d) - y * sin(d)
    x * log(d)
    m / (1 - pow(d, n))
    m / (1 - pow(b1, n))
    m / (1 - pow(0.9, n))
    m / (1 - pow(0.9, Scalar(n)))
    x * pow(d, n - 1) + 1
    w - d * m / (1 - pow(b1, n)) / (sqrt(v / (1 - pow(b2, n))) + 1e-8)
    x * exp(-d * 2) * cos(d)
    x * sqrt(d) + y * sqrt(1 - d)
    x * pow(d, 0.5) - pow(s, 2)
    x * pow(d, 1/3)
    x * pow(s, 1/3) + 1
    x * log(d) / log(2)
    sin(d * x) * exp(-d)
    m / (1 - pow(d, t))
    x * pow(d, t)
    x * pow(t, d)
    x * pow(t, n)
    w - d * m / (1 - pow(d, t)) / (sqrt(v / (1 - pow(d, t))) + 1e-8)
    w - lr * sqrt(1 - pow(d, t)) / (1 - pow(d, t)) * m / (sqrt(v) + eps)
    w - lr * ((b1 * m + (1 - b1) * g) / (1 - pow(d, t)) / (sqrt((b2 * v + (1 - b2) * g * g) / (1 \
    - pow(d, t))) + 1e-8))
    """)

  /// Comparisons with a `Double`.
  static let comparisonsWithOtherNumbers = lines(
    """
    x .> d
    x .< d
    d .> x
    """)

  /// Those that cost seconds where the type of the whole is given, as in
  /// `let r: Tensor<Float> = ...`.
  static let withOtherNumbersOfNoGivenType = lines(
    """
    x - lr * x * (1 - x) * (1 - 2 * x) * (1 + d)
    """)

  /// The same, with Foundation.
  static let withOtherNumbersAndFoundationOfNoGivenType = lines(
    """
    0.5 * d * (1 + cos(.pi * d)) * x
    x * (0.5 * (1 + cos(Double.pi * d)))
    w - d * ((d * m + (1 - d) * g) / (1 - pow(d, n)) / (sqrt((d * v + (1 - d) * g * g) / (1 - \
    pow(d, n))) + 1e-8))
    """)
}
