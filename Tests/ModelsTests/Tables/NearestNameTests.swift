// SPDX-License-Identifier: Apache-2.0

import PullbackModels
import Testing

struct NearestNameTests {
  @Test(arguments: [
    ("Age", "age"), ("pirce", "price"), ("bill length mm", "bill_length_mm"), ("sped", "speed"),
    ("colour", "color"), ("specie", "species"),
  ])
  func slipsAreFound(written: String, meant: String) {
    let names = ["age", "price", "bill_length_mm", "speed", "color", "species", "zip"]
    #expect(nearestName(to: written, in: names) == meant)
  }

  @Test(arguments: ["", "weight", "xyz", "a very long name of nothing at all"])
  func othersAreNot(written: String) {
    #expect(nearestName(to: written, in: ["age", "price", "bill_length_mm"]) == nil)
    #expect(nearestName(to: written, in: [String]()) == nil)
  }
}
