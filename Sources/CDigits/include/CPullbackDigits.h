// SPDX-License-Identifier: Apache-2.0

#ifndef CPULLBACK_DIGITS_H
#define CPULLBACK_DIGITS_H

#include <stdint.h>

/// The UCI "Optical Recognition of Handwritten Digits" test set: see SOURCE.md.
enum {
  pb_digit_count = 1797,  ///< images
  pb_digit_side = 8,      ///< pixels along each side of an image
  pb_digit_pixels = 64,   ///< pixels of an image, row after row
  pb_digit_maximum = 16,  ///< the largest value of a pixel (full ink)
  pb_digit_classes = 10,  ///< different labels
};

/// The value of one pixel, 0...16, or 0 when either index is out of range.
uint8_t pb_digit_pixel(long image, long pixel);

/// The digit an image shows, 0...9, or 0 when the index is out of range.
uint8_t pb_digit_label(long image);

#endif
