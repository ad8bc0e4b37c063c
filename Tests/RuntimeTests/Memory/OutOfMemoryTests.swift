// SPDX-License-Identifier: Apache-2.0

#if os(Linux)
  import Foundation
  import Pullback
  import PullbackTestSupport
  import Testing

  /// Memory that the system refuses. Each test that limits it has a process of its own.
  @Suite struct OutOfMemoryTests {
    @Test func aResultIsThrown() {
      let x = Tensor<Float>.zeros([1 << 28, 1 << 26])
      let refused = EvaluationError.memory(OutOfMemory(byteCount: 1 << 56))
      #expect(throws: refused) { try (x + 1).evaluated() }
      #expect(throws: Never.self) { try (Tensor<Float>([1, 2]) + 1).evaluated() }
    }

    /// A recorded function takes the same arguments where it throws and where it stops.
    @Test func numbersMayBeGiven() throws {
      let scaled = recorded { (x: Tensor<Float>, factor: Tensor<Float>) in x * factor }
      let wide = recorded { (x: Tensor<Double>, factor: Tensor<Double>) in x * factor }
      #expect(try scaled.evaluated([1, 2], 3).scalars == [3, 6])
      let x: Tensor<Float> = [1, 2], factor: Float = 3, number = 0.1
      #expect(try scaled.evaluated(x, factor).scalars == scaled(x, factor).scalars)
      let y: Tensor<Double> = [1, 2]
      #expect(try wide.evaluated(y, number).scalars == wide(y, number).scalars)
    }

    @Test func whatIsComputedOnTheWayIsThrown() {
      let w: Tensor<Float> = [[0.5, 0.25]]
      let y = Tensor<Float>.ones([1 << 42, 1]) • w
      // Read twice, and the first time to its end: it has to be stored.
      let share = (y / y.sum(along: 0)).sum()
      #expect(throws: EvaluationError.self) { try share.evaluated() }
    }

    @Test func theProgramGoesOn() async {
      await #expect(processExitsWith: .success) {
        Threads.limit = 1
        let x = Tensor<Float>.ones([1000, 100])
        evaluate(x, x + 1)
        func rows(_ count: Int) throws -> Float {
          let y = Tensor<Float>.ones([count, 1000]) * 2
          return Float(try y.evaluated()[0, 0])
        }
        limitingMemory(to: 100 << 20) {
          for _ in 0..<20 {
            do {
              _ = try rows(200_000)
              preconditionFailure("800 MB in 100")
            } catch EvaluationError.memory(let error) {
              precondition(error.byteCount == 800_000_000, "\(error)")
            } catch { preconditionFailure("\(error)") }
            precondition((try? rows(1000)) == 2)
          }
        }
      }
    }

    @Test func idleMemoryIsGivenBackForIt() async {
      await #expect(processExitsWith: .success) {
        Threads.limit = 1
        func column(_ count: Int) throws -> Float {
          let y = try Tensor<Float>.full([count << 18], 2).evaluated()
          return Float(y[0])
        }
        precondition((try? column(50)) == 2)
        precondition((try? column(49)) == 2)
        limitingMemory(to: 20 << 20) {
          // A hundred megabytes are idle: 60 are there, 200 are not.
          precondition((try? column(60)) == 2)
          precondition((try? column(200)) == nil)
          precondition((try? column(60)) == 2)
        }
      }
    }

    @Test func whereNobodyCanCatchItTheProgramStops() async {
      let result = await #expect(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) {
        evaluate(Tensor<Float>.zeros([1 << 28, 1 << 28]) + 1)
      }
      let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
      #expect(
        message.contains(
          "evaluate: the system has no 288230376151711744 bytes of memory for one tensor"),
        "\(message)")
    }
  }
#endif
