// SPDX-License-Identifier: Apache-2.0

import Pullback
import Testing

@Suite struct ActivationsTests {
  /// What files say, and what they said before there was a choice.
  @Test func madeFromSettings() throws {
    #expect(try GELU(settings: [:]).approximation == .none)
    #expect(try GELU(settings: ["approximation": .text("none")]).approximation == .none)
    #expect(try GELU(settings: ["approximation": .text("tanh")]).approximation == .tanh)
    #expect("\(GELU()) \(GELU(approximation: .tanh))" == "GELU() GELU(approximation: \"tanh\")")
    #expect(try LeakyReLU(settings: ["slope": .number(0.2)]).slope == 0.2)
    #expect(try ELU(settings: ["alpha": .integer(2)]).alpha == 2)
    #expect(
      "\(LeakyReLU()) \(ELU()) \(Sigmoid())" == "LeakyReLU(slope: 0.01) ELU(alpha: 1.0) Sigmoid()")
  }

  @Test func wrongSettingsAreNamed() {
    func message(_ make: () throws -> Void) -> String? {
      do { try make() } catch { return "\(error)" }
      return nil
    }
    #expect(
      message { _ = try GELU(settings: ["approximation": .text("sigmoid")]) }
        == "approximation: none or tanh expected")
    #expect(
      message { _ = try GELU(settings: ["approximation": .truth(true)]) }
        == "approximation: a text expected")
    #expect(message { _ = try LeakyReLU(settings: [:]) } == "the member \"slope\" is missing")
    #expect(
      message { _ = try ELU(settings: ["alpha": .number(1e300)]) }
        == "alpha: 1e+300 is too large for Float")
  }
}
