// SPDX-License-Identifier: Apache-2.0

/// Formulas as people write them, one a line. x, y, m, v, g, w and b are tensors; s, t, b1, b2, lr,
/// eps and decay numbers of the tensors' type; d is a `Double`, n and i are `Int`.
enum Formulas {
  /// Numbers are of the type of the tensors.
  static let withNumbersOfTheirType = lines(
    """
    b2 * v + (1 - b2) * g * g
    w - lr * m / (sqrt(v) + 1e-8)
    1 / (1 + exp(-x))
    0.5 * x * (1 + erf(x / 1.4142135))
    maximum(x, 0) + log(1 + exp(-abs(x)))
    (x - x.mean()) / sqrt(v + 1e-5)
    x / (s * s + 1)
    exp(-x * x / (2 * s * s))
    pow(x, 2) / 2
    pow(x, s)
    pow(x, 3) + 3 * x * x - 2 * x + 1
    s * exp(-s * x)
    1 - x * x
    -x / 2
    x * x * x * x * x * x
    x / Float(n - 1)
    x.sum() / Float(x.shape[0])
    select(x .> 0.5, x, 0)
    y * log(x) + (1 - y) * log(1 - x)
    tanh(x) * (1 - tanh(x) * tanh(x))
    x * (1.0 - b1) / (1.0 - b1 * b1)
    sqrt(x * x + y * y)
    (1 + s) / (1 - s) * x
    abs(x) * s + abs(x - y)
    minimum(maximum(x, -1), 1)
    maximum(x, 1/2)
    x - minimum(1/2, y)
    relu(x • w + b) • w + b
    (x - 0.1307) / 0.3081
    0.5 * (x - y) * (x - y) + 0.01 * w * w
    log(x / (1 - x)) * (1 - 2 * eps) + eps
    x * (s + 1) / (s - 1) - (t + 2) * y
    x - lr * x * (1 - x) * (1 - 2 * x) * (1 + s)
    -0.5 * (1 + y - x * x - exp(y)).sum()
    b1 * x / (1 + b2 * exp(-s * y)) + t * (1 - w) - lr
    x * (1 - s) + y * s - (x * s + y * (1 - s)) / 2
    1 / (1 + exp(-(x • w + b))) * tanh(y) + (1 - 1 / (1 + exp(-(x • w + b)))) * m
    x / (1 + abs(x)) * 0.5 + 0.5
    select(abs(x) .< s, 0.5 * x * x / s, abs(x) - 0.5 * s)
    -(y * log(x) * pow(1 - x, 2) * 0.25 + (1 - y) * log(1 - x) * pow(x, 2) * 0.75).mean()
    x * sin(y) * cos(w) - 2 * s * sin(x) * (1 - cos(y)) / (3 + cos(w))
    (1 - x) * (2 - y) * (3 - w) * (4 - m)
    s / x + t / y + b1 / w
    log(1 + exp(x))
    0.5 * x * (1 + tanh(0.7978845608 * (x + 0.044715 * pow(x, 3))))
    x / (1 + exp(-1.702 * x))
    b1 * m + (1 - b1) * g
    b2 * v + (1 - b2) * (g * g)
    w - lr * (m / (sqrt(v) + eps) + decay * w)
    w * (1 - lr * decay) - lr * m / (sqrt(v) + eps)
    w - lr * (b1 * m + (1 - b1) * g) / (sqrt(v) + eps) - lr * decay * w
    -(y * pow(1 - x, 2) * log(x) + (1 - y) * pow(x, 2) * log(1 - x)).mean()
    -0.25 * pow(1 - x, 2) * log(x)
    select(abs(x - y) .< 1, 0.5 * (x - y) * (x - y), abs(x - y) - 0.5).mean()
    0.5 * (log(v) + (x - m) * (x - m) / v).sum()
    0.5 * (v + m * m - 1 - log(v)).sum()
    (x * (log(x) - log(y))).sum()
    (x - x.mean(along: -1, keepingAxes: true)) / sqrt((x - x.mean()).squared().mean() + \
    eps) * w + b
    .pi * x
    x * .pi
    2 * .pi * x
    x / (2 * .pi)
    -x
    -x * y
    -x - y
    -(x + y)
    -s * x
    -x * -y
    1 + x + y + m + v + g + w + b
    1 + 2 * x + 3 * y + 4 * m + 5 * v + 6 * g + 7 * w + 8 * b
    s * x + t * y + b1 * m + b2 * v + lr * g + eps * w + decay * b
    x + s - y * t + m / b1 - v * b2 + g / lr - w * eps + b * decay
    (x + 1) * (y + 2) * (m + 3) * (v + 4) * (g + 5)
    x * y * m * v * g * w * b * x * y * m
    x - y - m - v - g - w - b - x - y - m
    ((x + 1) * (x + 1) - (x - 1) * (x - 1)) / 4
    x * x - y * y + 2 * x * y
    x * x * x - 3 * x * y * y
    exp(-((x - s) * (x - s)) / (2 * t * t))
    exp(-0.5 * ((x - s) / t) * ((x - s) / t)) / (t * 2.5066282746)
    1 / (1 + exp(-s * (x - t)))
    (exp(x) - exp(-x)) / (exp(x) + exp(-x))
    exp(x) / exp(x).sum(along: -1, keepingAxes: true)
    exp(x - x.max(along: 1, keepingAxes: true)) / exp(x - x.max(along: 1, keepingAxes: \
    true)).sum(along: 1, keepingAxes: true)
    log(exp(x).sum())
    x * 1 / (1 + exp(-x))
    maximum(x, 0) + s * minimum(x, 0)
    maximum(0, x) + s * minimum(0, x)
    maximum(0, 1 - x * y).mean()
    maximum(x, s) - minimum(y, t)
    maximum(s, x)
    maximum(x, y)
    minimum(x, 1)
    maximum(-1, minimum(1, x))
    select(x .> 0, x, s * (exp(x) - 1))
    select(x .> 0, x, 0.01 * x)
    select(x .>= s, x, y)
    select(x .== 0, 1, x)
    select(x .< y, x, s)
    select(x .> 0, 1.0507 * x, 1.0507 * 1.67326 * (exp(x) - 1))
    select((x .> 0) .& (x .< 1), x, 0)
    select(!(x .> s), x, -x)
    pow(x, 0.5)
    pow(x, -1)
    pow(2, x)
    pow(s, x)
    pow(x, y)
    pow(x, 2) + pow(y, 2)
    sqrt(pow(x, 2) + pow(y, 2) + eps)
    pow(1 - x, s) * log(x + eps)
    pow(x + 1, 3) - pow(x - 1, 3)
    pow(x / s, 2) * pow(y / t, 3)
    sin(2 * .pi * s * x + t)
    sin(x) * sin(x) + cos(x) * cos(x)
    sin(x) * cos(y) - cos(x) * sin(y)
    tanh(s * x + t) * (1 - tanh(s * x + t))
    erf(x / 1.4142135)
    erf((x - s) / (t * 1.4142135))
    abs(x) / (1 + abs(x))
    abs(x - s)
    abs(-x)
    sign(x) * maximum(abs(x) - s, 0)
    relu(x) - relu(-x)
    relu(x - s) * relu(x - s) / 2
    relu(1 - x * y).mean()
    relu(relu(x • w + b) • w + b) • w + b
    x • w
    x • w + b
    x • w * s + b
    s * (x • w) + t
    (x • w.transposed()) / s
    exp(x • w) / (1 + exp(x • w))
    tanh(x • w + y • m + b)
    (1 - x) * y + x * tanh(w • (s * y))
    x.sum() * s
    x.sum() / 10
    x.mean() + s * w.squared().sum()
    (x - y).squared().mean() + 0.5 * decay * w.squared().sum()
    (x - y).squared().mean() + decay * (w * w).sum() + eps * abs(w).sum()
    -(y * log(x + eps)).sum() / 10
    -(y * log(x + 1e-7) + (1 - y) * log(1 - x + 1e-7)).mean()
    1 - (2 * (x * y).sum() + 1) / (x.sum() + y.sum() + 1)
    (x * y).sum() / (sqrt((x * x).sum()) * sqrt((y * y).sum()) + 1e-8)
    log(1 + exp(-y * x)).mean()
    x * y - log(1 + exp(x))
    maximum(x, 0) - x * y + log(1 + exp(-abs(x)))
    m - lr * g / (1 - s)
    (1 - s) * x + s * y
    (1 - s) * (1 - t) * x + s * (1 - t) * y + (1 - s) * t * m + s * t * v
    s * s * x
    s * t * x * y
    s + t + x
    x + s + t
    (s + t) * (x + y)
    s * (1 - s) * x * (1 - x)
    x / s / t
    s / t / x
    s / (t / x)
    2 / x
    1 / x / y
    x / y / m
    1 / sqrt(x)
    1 / sqrt(x + eps)
    1 / (x * x + 1)
    s / sqrt(v + eps) * (x - m) + t
    (x - m) / sqrt(v + eps) * g + b
    g * (x - m) / sqrt(v + 1e-5) + b
    2 * (x - y) / 10
    x * 2 / 3
    x * (2 / 3)
    (1 / 3) * x
    1e-3 * x + 1
    x - 1e-3 * (g + 1e-4 * x)
    3 * x + 2
    3.5 * x - 2
    -3 * x
    x + 1
    1 + x
    1 - x
    x - 1
    x * (1 - x)
    (1 - x) * (1 + x)
    1 - (1 - x) * (1 - y)
    x * (1 - 2 * y) + y * (1 - 2 * x)
    x[0] + y[0]
    x[0] * s
    2 * x[0] - x[1]
    x[0, 1] * 2 + s
    x[0..<2] * s - y[1..<3]
    x[.all, 0] * 2 + 1
    (x[1..<3] - x[0..<2]) / s
    x.transposed() • x / 10
    x.reshaped(to: [4]) * s
    x.named("x") * s + 1
    x.detached() + s * (x - x.detached())
    Tensor(s) * x
    Tensor<Scalar>(2) * x
    x * Scalar(2)
    x * Scalar(n)
    x / Scalar(n - 1)
    x / Scalar(n) + s / Scalar(n + 1)
    x * Scalar(d)
    x / Scalar(x.shape[0])
    x / Scalar(x.elementCount)
    x.sum() / Scalar(x.shape[0]) - 1
    (x - y).squared().sum() / Scalar(2 * n)
    softmax(x, along: -1) * s + 1
    sigmoid(x * s + t) * (1 - sigmoid(x * s + t))
    (softplus(x) - y * x).mean() + decay * w.squared().sum()
    -(y * logSigmoid(x) + (1 - y) * logSigmoid(-x)).mean()
    maximum(x, 0) + log1p(exp(-abs(x)))
    x.clipped(to: 0...1) * s + (1 - s) * x.clipped(to: ...2)
    leakyReLU(x - s, slope: 0.1) + elu(x, alpha: 0.5) * silu(y)
    gelu(x * 2, approximation: .tanh) - gelu(x) / 2
    (x - x.mean()) / (x.standardDeviation() + eps)
    x / (x.norm(along: -1, keepingAxes: true) + eps)
    floor(x / s) * s + round(x * 100) / 100 - ceil(x)
    x - x.logSumExp(along: -1, keepingAxes: true) + expm1(y)
    select(x.isFinite .& !y.isNaN, x / y, 0)
    -log(softmax(x, along: -1) + eps).mean()
    -(y * log(softmax(x, along: -1))).sum() / 10
    matmul(x, w) + b
    matmul(x, w) * s + 1
    1 / (1 + exp(-(matmul(x, w) + b)))
    meanSquaredError(x, y) + decay * w.squared().sum()
    (x * s + y * t) / (s + t)
    (x * s - y * t) * (m * b1 - v * b2) / (1 + eps * w * w)
    lr * (x - y) * (1 - tanh(x) * tanh(x)) * (1 + s * y)
    x * abs(s)
    x * max(s, t)
    x * min(max(s, 0), 1)
    x / max(s, 1e-8)
    x * s.squareRoot()
    x / (s * s + t * t).squareRoot()
    x * Scalar.pi
    x * Scalar(2).squareRoot()
    x * (s > 0 ? s : 1)
    s > 0 ? x * s : x
    x * values[0] + values[1]
    values[0] * x + values[1] * y + values[2]
    x * (values.reduce(0, +) / s)
    """)

  /// The same with functions of Foundation.
  static let withFoundation = lines(
    """
    m / (1 - pow(b1, t))
    sqrt(x / (1 - exp(s)))
    x * (1 + erf(x / sqrt(2))) / 2
    x * exp(s)
    w - lr * sqrt(1 - pow(b2, t)) / (1 - pow(b1, t)) * m / (sqrt(v) + eps)
    lr * 0.5 * (1 + cos(.pi * s)) * x
    m / (1 - pow(0.9, t)) / (sqrt(v / (1 - pow(0.999, t))) + 1e-8)
    w - lr * ((b1 * m + (1 - b1) * g) / (1 - pow(b1, t)) / (sqrt((b2 * v + (1 - b2) * g * \
    g) / (1 - pow(b2, t))) + 1e-8))
    sqrt(2 / 3.14159) * (x + 0.044715 * pow(x, 3))
    0.5 * log(2 * .pi * s * s) + (x - y) * (x - y) / (2 * s * s)
    0.5 * (1 + erf((x - s) / (t * sqrt(2))))
    x * sqrt(2 / s)
    x * sqrt(2 / Scalar(n))
    x * sqrt(6 / Scalar(n + 10))
    x * pow(s, 2)
    x * pow(b1, Scalar(n))
    m / (1 - pow(b1, Scalar(n)))
    w - lr * (m / (1 - pow(b1, t))) / (sqrt(v / (1 - pow(b2, t))) + eps)
    w - lr / (1 - pow(b1, t)) * m / (sqrt(v / (1 - pow(b2, t))) + eps) - lr * decay * w
    lr * pow(0.5, t / 10) * x
    lr * 0.5 * (1 + cos(.pi * t / 100)) * g
    eps + 0.5 * (lr - eps) * (1 + cos(t / 100 * .pi)) * x
    x * exp(-s)
    x * (1 - exp(-t))
    exp(-s) * x + (1 - exp(-s)) * y
    exp(-t / s) * x * exp(-y)
    x * log(s)
    x * (log(s) - log(t)) + log(x)
    log(s) + (x - y) * (x - y) / (2 * s * s)
    -log(s) - 0.5 * log(2 * .pi) - (x - y) * (x - y) / (2 * s * s)
    x * sin(s) + y * cos(s)
    x * cos(2 * .pi * s) - y * sin(2 * .pi * s)
    x * tanh(s)
    x * erf(s)
    sqrt(s) * x
    sqrt(s) * x + sqrt(1 - s) * y
    sqrt(1 - s * s) * sqrt(1 - x * x)
    (x - sqrt(1 - s) * y) / sqrt(s)
    1 / sqrt(s) * (x - (1 - s) / sqrt(1 - t) * y)
    floor(s) * x
    """)

  /// Comparisons: tensors of truth values.
  static let comparisons = lines(
    """
    x .> 0
    x .> 0.5
    0.5 .< x
    s .< x
    x .< s
    x .<= s + 1
    x .>= y - s
    x .== y
    x .== s
    x .!= 0
    x * 2 .> y + 1
    x - s .> 0
    (x .> 0) .& (y .< s + 1) .| (x .== t)
    !(x .> s) .& (y .>= 2 * t - 1)
    """)

  /// What costs most: an implicit member says nothing of its type.
  static let withImplicitMembers = lines(
    """
    lr * (1 + cos(.pi * x / 2)) / 2
    """)

  static func lines(_ text: String) -> [String] {
    text.split(separator: "\n").map(String.init)
  }
}
