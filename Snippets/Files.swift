// SPDX-License-Identifier: Apache-2.0

// snippet.hide
// The fifth example of README.md. It writes into the current folder.
// snippet.show
import Pullback

// A model and all that prediction needs, in one file: whole, or not at all.
let model = Sequential(Linear(64, 50), ReLU(), Linear(50, 10)).initialized(seed: 7)
let file = ModelFile(model, summary: ["epochs": 0])
try file.save(to: "digits.safetensors")

let loaded = try ModelFile.load(at: "digits.safetensors").makeModel()
let x = Digits.test.inputs
print("same outputs:", loaded(x).scalars == model(x).scalars)

// Arrays for NumPy, and from it.
try NumPy.save(["images": x, "labels": Digits.test.labels], to: "digits.npz")
let archive = try NumPy.archive(at: "digits.npz")
print(archive.names, try archive.load("images", as: Float.self).shape)

// Tables. An error names the file, the line and the field.
let homes = "city,rooms,price\nKöln,3,\nBonn,2,150.5\n"
for column in try CSV.table(from: Array(homes.utf8)).columns {
  print(column.name, column.kind, column.missingCount)
}
do {
  _ = try CSV.table(from: Array((homes + "Ulm,4,90,new\n").utf8), name: "homes.csv")
} catch {
  print(error)
}
