// SPDX-License-Identifier: Apache-2.0

extension Formulas {
  /// Sums of products of numbers, and tensors in arrays, optionals and closures: xs is an array of
  /// tensors, ox an optional one, flag a `Bool`.
  static let sumsAndClosures = lines(
    """
    zip(values, values).map { $0 * $1 }.reduce(0, +) + s
    zip(values, values).map { ($0 - $1) * ($0 - $1) }.reduce(0, +) / Scalar(values.count)
    zip(values, values).map { (a, b) -> Scalar in a * b }.reduce(0, +)
    zip(values, values).map { max($0, $1) }.reduce(0, +)
    zip(values, values).map(*).reduce(0, +)
    zip(values.dropFirst(), values).map { $0 - $1 }.reduce(0, +)
    zip(values, values).filter { $0 > $1 }.map { $0 - $1 }.reduce(0, +)
    ivalues.enumerated().map { Scalar($0) * Scalar($1) }.reduce(0, +)
    zip(xs, xs).map { $0 * $1 }.reduce(0, +) * s
    (x - b1) / (b2 - b1) * (s - t) + t
    s * x * x + t * x + b1
    ((b1 * x + b2) * x + s) * x + t
    1 - (1 - x) * (1 - x) * (1 - 2 * y)
    x / (x + y + m + eps) * 100
    (x - y) * (x - y) / (2 * (v + eps)) + 0.5 * log(v + eps)
    0.5 * (1 + tanh(x / 2))
    -x * log(x + eps) - (1 - x) * log(1 - x + eps)
    maximum(0, 1 - y * (x • w + b)).mean() + 0.5 * decay * (w * w).sum()
    abs(x - y).mean() + s * abs(w).sum() + t * (w * w).sum()
    log(exp(x - 1) + exp(y - 1)) + 1
    x * sigmoid(s * x) + (1 - s) * x
    sqrt((x - y) * (x - y) + eps * eps) - eps
    log((exp(x - y) + exp(y - x)) / 2)
    select(abs(x - y) .<= s, (x - y) * (x - y) / 2, s * (abs(x - y) - s / 2)).sum()
    1 / (s * s * 2 * .pi) * exp(-(x * x + y * y) / (2 * s * s))
    x.mean(along: 0) * s - y.mean(along: 0) / t + 1
    (x - x.min()) / (x.max() - x.min() + eps)
    x * (1 - decay) + lr * (g * g - v) / (v + 1e-8) - eps * w
    (x[1] - x[0]) / (2 * s) + (y[1] - 2 * y[0]) / (s * s)
    3 * x * (1 - x) * (1 - x) * s + 3 * x * x * (1 - x) * t + x * x * x
    1 / (1 / x + 1 / y + 1 / m)
    s / (s + t) * x + t / (s + t) * y - 1 / (s + t)
    x * y - (x * y).mean() / (x * x).mean() * (y - 1)
    -(0.5 * x * x + 0.25 * x * x * x * x) / (1 + s) + 2
    sin(s * x) / (s * x + eps) - cos(t * y) * (1 - x) / 2
    x * (y + 1) * (y + 2) / 2 - s * (y + 3)
    exp(-s * (x - t) * (x - t)) - exp(-s * (y - t) * (y - t))
    m / (1 - b1) - lr * g * (1 - b2) / (s + 1) * (1 - t)
    (1 + x) / (1 - x) * (1 + y) / (1 - y)
    x / (s + abs(x)) + y / (t + abs(y)) - 1
    ((x - s) / t).squared().sum() / 2 + log(t * t * 6.2831853 + x.mean())
    2 * s * x - 3 * t * y + 4 * b1 * m - 5 * b2 * v + 6 * lr * g
    x * 1e-3 + y * 1e-2 - 1e-1 * m + 1e-4
    (s - 1) * (t - 1) * (x - 1) * (y - 1)
    x - (x * y).sum() / (y * y).sum() * y
    [x, y, m].reduce(0) { $0 + $1 } / 3
    xs.reduce(0, +) / Scalar(xs.count)
    xs.map { s * $0 * $0 - 1 }.reduce(x) { $0 + $1 / 2 }
    zip(xs, values).map { $0 * $1 + 1 }.reduce(0, +)
    xs.enumerated().map { Scalar($0) * $1 }.reduce(0, +)
    s > 0 ? x * 2 - 1 : 1 - x / s
    flag ? x : 0
    (flag ? x : y) * 2 + 1
    ox.map { $0 * s + 1 } ?? 0
    (ox ?? x) * 2
    2 * s * x
    2 * s * x - 3 * t * y
    2 * s * x - 3 * t * y + 4 * b1 * m
    2 * s * x - 3 * t * y + 4 * b1 * m - 5 * b2 * v
    s * t * x - s * t * y + s * b1 * m - s * b2 * v
    x * 2 * s - y * 3 * t + m * 4 * b1 - v * 5 * b2
    (1 - s) * x + (1 - t) * y + (1 - s) * m + (1 - s) * g
    (1 - s) * x * (1 - s) + (1 - t) * y * (1 - s) + (1 - s) * m
    (1 - s) * (1 - t) * x + s * (1 - t) * y
    (1 - s) * (1 - t) * x + s * (1 - t) * y + (1 - s) * t * m + s * t * v
    (1 - s) * (1 - t) * x + s * (1 - t) * y + (1 - s) * t * m + s * t * v + s * t * w
    """)

  /// The same with functions of Foundation.
  static let sumsWithFoundation = lines(
    """
    w - lr * sqrt(1 - pow(b2, t)) / (1 - pow(b1, t)) * m / (sqrt(v) + eps * sqrt(1 - pow(b2, t)))
    x * exp(-t / s) * cos(2 * .pi * t)
    1 / (s * sqrt(2 * .pi)) * exp(-0.5 * (x - t) * (x - t) / (s * s))
    x * pow(b1, floor(t / 10)) + y * (1 - pow(b1, t))
    sqrt(b2) * x + sqrt((1 - b2) * (1 - b1) / (1 - b2 * b1)) * y
    (1 - cos(s)) / 2 * x + (1 + cos(s)) / 2 * y
    log(s / (1 - s)) * x + log(1 - s)
    exp(s * log(t)) * x * exp(-x)
    x * tanh(s) * (1 - tanh(s) * tanh(s))
    eps + (lr - eps) * (1 + cos(.pi * s / t)) / 2 * g
    x * max(exp(-s), 0.1) - y * min(sqrt(t), 1)
    x / (1 + exp(-s)) + y * (1 - 1 / (1 + exp(-s)))
    """)
}
