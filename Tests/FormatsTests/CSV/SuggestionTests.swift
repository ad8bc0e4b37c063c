// SPDX-License-Identifier: Apache-2.0

import PullbackFormats
import Testing

struct SuggestionTests {
  private let names = ["age", "price", "bill_length_mm", "speed", "color", "species", "zip"]

  @Test(arguments: [
    ("Age", "age"), ("pirce", "price"), ("bill length mm", "bill_length_mm"), ("sped", "speed"),
    ("colour", "color"), ("specie", "species"),
  ])
  func slipsAreFound(written: String, meant: String) {
    #expect(written.nearest(among: names) == meant)
    #expect(written.suggestion(among: names) == "; did you mean \"\(meant)\"?")
  }

  @Test(arguments: ["", "weight", "xyz", "a very long name of nothing at all"])
  func othersAreNot(written: String) {
    #expect(written.nearest(among: names) == nil)
    #expect(written.nearest(among: []) == nil)
    #expect(
      written.suggestion(among: ["a1", "b2"]) == "; the columns are \"a1\", \"b2\"")
  }
}
