# SPDX-License-Identifier: Apache-2.0
"""Writes Sources/CDigits/digits.bin from scikit-learn's copy of the UCI handwritten digits.

The file is 1797 x 64 pixel bytes (0...16, row after row), then 1797 label bytes (0...9), in the
order of the source. The same source gives the same bytes; the checksum below says which source.

    python3 -m pip install scikit-learn && python3 Scripts/make-digits.py
"""

import hashlib
import pathlib

from sklearn.datasets import load_digits

EXPECTED = "87ff0c9e40dc7e2c0e34e7257799c2e3f3aec1a016363bb11cad869ec428a826"

pixels, labels = load_digits(return_X_y=True)
assert pixels.shape == (1797, 64) and labels.shape == (1797,)
assert pixels.min() == 0 and pixels.max() == 16 and set(labels) == set(range(10))
data = pixels.astype("uint8").tobytes() + labels.astype("uint8").tobytes()

checksum = hashlib.sha256(data).hexdigest()
assert checksum == EXPECTED, f"not the digits this repository was built with: {checksum}"

path = pathlib.Path(__file__).parent.parent / "Sources" / "CDigits" / "digits.bin"
path.write_bytes(data)
print(f"{path.name}: {len(data)} bytes, sha256 {checksum}")
