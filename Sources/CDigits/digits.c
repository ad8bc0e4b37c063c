// SPDX-License-Identifier: Apache-2.0

#include "CPullbackDigits.h"

// The compiler reads the file while it builds, so a program carries its digits with it and has
// no resource bundle to find. C23 names this #embed; clang has it in every version of C.
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wc23-extensions"
static const uint8_t bytes[] = {
#embed "digits.bin"
};
#pragma clang diagnostic pop

_Static_assert(
    sizeof bytes == pb_digit_count * (pb_digit_pixels + 1), "digits.bin is cut short");

uint8_t pb_digit_pixel(long image, long pixel) {
  if (image < 0 || image >= pb_digit_count || pixel < 0 || pixel >= pb_digit_pixels) return 0;
  return bytes[image * pb_digit_pixels + pixel];
}

uint8_t pb_digit_label(long image) {
  if (image < 0 || image >= pb_digit_count) return 0;
  return bytes[pb_digit_count * pb_digit_pixels + image];
}
