import Pullback
let a0: Tensor<Float> = [[1, 2]]
let w1: Tensor<Float> = [[1, -1], [1, 1]], b1: Tensor<Float> = [0, -3]
let w2: Tensor<Float> = [[2], [5]], b2: Tensor<Float> = [1]
let y: Tensor<Float> = [[4]]
let s1 = a0 • w1 + b1
let a1 = relu(s1)
let s2 = a1 • w2 + b2
let loss = (s2 - y).squared().sum()
let (w1g, b1g, w2g, b2g) = gradient(of: loss, withRespectTo: w1, b1, w2, b2)
print(w1g, b1g, w2g, b2g, Float(loss))
print(gradient(of: loss, withRespectTo: a0))
print(Plan(evaluating: loss, w1g, b1g, w2g, b2g))
print(exp(Tensor<Float>([0, 1])), Tensor<Int32>(range: 2..<5), Tensor<Int32>(Tensor<Float>([1.9, -1.9])))
let x: Tensor<Float> = [[1, 2, 3], [4, 5, 6]]
print(x[1], x[.all, 2], x[0, 1..<3], x[1, .all, .newAxis].shape, x.mean(along: 0), x.argmax(along: 1))
print(Tensor<Float>.uniform([2,3], key: RandomKey(seed: 1)), Tensor<Float>.normal([3], key: RandomKey(seed: 1)))
let c = Tensor<Float>.uniform([100, 300], key: RandomKey(seed: 1)), d = Tensor<Float>.uniform([300, 70], key: RandomKey(seed: 2))
let e = c • d
let cs = [[Float]](c), ds = [[Float]](d), es = [[Float]](e)
var worst: Float = 0
for i in 0..<100 { for j in 0..<70 { var s: Float = 0; for p in 0..<300 { s += cs[i][p]*ds[p][j] }; worst = max(worst, abs(s - es[i][j])) } }
print(worst, x.gathered([1, 0]), Tensor<Int32>([2,0]).oneHot(3, as: Float.self))
