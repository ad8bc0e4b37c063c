// SPDX-License-Identifier: Apache-2.0

import CPullbackDigits
import PullbackRuntime
import PullbackTensors

/// 1,797 handwritten digits of 8 x 8 pixels, part of the program: scikit-learn's bundled copy of
/// the test set of "Optical Recognition of Handwritten Digits".
///
/// Inputs [count, 64] in 0 ... 1 (the 17 levels of grey divided by 16), labels 0 ... 9. The split
/// is fixed: the examples in an order drawn once, of which the first 1,257 train, the next 180
/// validate and the last 360 test.
///
/// Source: E. Alpaydin, C. Kaynak, UCI Machine Learning Repository, 1998, doi 10.24432/C50P49;
/// licence CC BY 4.0.
public enum Digits {
  /// Inputs of an example: 8 by 8 pixels.
  public static let pixelCount = Int(pb_digit_pixels)
  /// Labels there are: the ten digits.
  public static let classCount = Int(pb_digit_classes)

  /// 1,257 examples.
  public static let training = examples(0..<1257)
  /// 180 examples.
  public static let validation = examples(1257..<1437)
  /// 360 examples.
  public static let test = examples(1437..<Int(pb_digit_count))

  private static let order = RandomKey(seed: 1998).permutation(of: Int(pb_digit_count))

  private static func examples(_ range: Range<Int>) -> Dataset<Int32> {
    let images = order[range]
    let scale = Float(pb_digit_maximum)
    let pixels = images.flatMap { image in
      (0..<pixelCount).map { Float(pb_digit_pixel(image, $0)) / scale }
    }
    return Dataset(
      inputs: Tensor(shape: [images.count, pixelCount], scalars: pixels),
      labels: Tensor(images.map { Int32(pb_digit_label($0)) }))
  }
}
