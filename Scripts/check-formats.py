#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The round trip through Python: files that NumPy, safetensors and pandas write are read and
written again by Pullback, and read by them, bit for bit.

Needs `pip install numpy safetensors torch pandas` and a Swift toolchain. Works in a temporary
folder. Prints how many tensors came back.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import pandas as pd
import safetensors
import safetensors.numpy
import safetensors.torch
import torch

root = pathlib.Path(__file__).resolve().parents[1]
flags = ["-c", "release", "--package-path", "Robustness", "--scratch-path", ".build-robustness"]
subprocess.run(["swift", "build", *flags, "--product", "Trial"], cwd=root, check=True,
               stdout=subprocess.DEVNULL)
program = subprocess.run(["swift", "build", *flags, "--show-bin-path"], cwd=root, check=True,
                         capture_output=True, text=True).stdout.strip() + "/Trial"
random = np.random.default_rng(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
count = 0


def convert(source, target):
    subprocess.run([program, "convert", str(source), str(target)], check=True)


def same(left, right, what):
    global count
    left, right = np.asarray(left), np.asarray(right)
    native = left.dtype.newbyteorder("=")
    assert right.dtype == native and left.shape == right.shape, (what, left.dtype, right.dtype)
    # Bits, so that NaN and -0 count; columns first becomes rows first.
    assert left.astype(native, order="C").tobytes() == right.tobytes(order="C"), what
    count += 1


def sample(dtype, shape):
    size = int(np.prod(shape)) * np.dtype(dtype).itemsize
    if np.dtype(dtype).kind == "b":
        return random.integers(0, 2, shape).astype(dtype)
    # Any bits: NaN with payloads, infinities, subnormal numbers.
    return np.frombuffer(random.bytes(size), dtype).reshape(shape)


types = "b1 i1 i2 i4 i8 u1 u2 u4 u8 f2 f4 f8".split()
shapes = [(), (0,), (1,), (1000,), (2, 3), (3, 0, 2), (7, 1, 5, 3), (64, 1025)]
with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    source, target = folder / "in.npy", folder / "out.npy"
    for type in types:
        for shape in shapes:
            for order in "<>":
                array = sample(np.dtype(type).newbyteorder(order), shape)
                for arranged in (array, np.asfortranarray(array)):
                    np.save(source, arranged)
                    convert(source, target)
                    same(arranged, np.load(target), (type, shape, order))
    arrays = {f"{type} {i}/ä": sample(type, shape)
              for type in types for i, shape in enumerate(shapes)}
    # Names that are one text to Unicode and two to a file.
    arrays |= {"caf\u00e9": sample("f4", (2,)), "cafe\u0301": sample("f4", (3,))}
    for save in (np.savez, np.savez_compressed):
        save(folder / "in.npz", **arrays)
        for file in ("stored.npz", "deflated.npz"):
            convert(folder / "in.npz", folder / file)
            with np.load(folder / file) as archive:
                assert archive.files == list(arrays)
                for name, array in arrays.items():
                    same(array, archive[name], (file, name))
    metadata = {"a": "1\n\x01\"\\", "ü": "😀"}
    safetensors.numpy.save_file(arrays, folder / "in.safetensors", metadata=metadata)
    convert(folder / "in.safetensors", folder / "out.safetensors")
    with safetensors.safe_open(folder / "out.safetensors", "np") as file:
        assert file.metadata() == metadata
        assert sorted(file.keys()) == sorted(arrays)
        for name, array in arrays.items():
            same(array, file.get_tensor(name), name)
    tensors = {"bf16": torch.from_numpy(sample("i2", (17, 3)).copy()).view(torch.bfloat16)}
    safetensors.torch.save_file(tensors, folder / "in.safetensors")
    convert(folder / "in.safetensors", folder / "out.safetensors")
    loaded = safetensors.torch.load_file(folder / "out.safetensors")["bf16"]
    same(tensors["bf16"].view(torch.int16), loaded.view(torch.int16), "bf16")
    # Tables: numbers of 17 digits are the same Doubles, texts the same texts.
    texts = np.array(["Köln", "a,b", "say \"no\"", "two\nlines", "x"])
    frame = pd.DataFrame({
        "numbers": random.standard_normal(5000) * 10.0 ** random.integers(-300, 300, 5000),
        "bits": np.abs(sample("f8", (5000,))),
        "whole": random.integers(-2**53, 2**53, 5000),
        "texts": texts[random.integers(0, 5, 5000)],
    })
    frame.loc[random.integers(0, 5000, 100), ["numbers", "texts"]] = None
    frame.to_csv(folder / "in.csv", index=False)
    convert(folder / "in.csv", folder / "out.safetensors")
    with safetensors.safe_open(folder / "out.safetensors", "np") as file:
        for name in ("numbers", "bits", "whole"):
            expected, found = frame[name].to_numpy("f8"), file.get_tensor(name)
            # NaN is one and the same in a text.
            same(np.where(np.isnan(expected), np.nan, expected),
                 np.where(np.isnan(found), np.nan, found), name)
        categories = json.loads(file.metadata()["texts"])
        assert categories == sorted(texts, key=lambda text: text.encode())
        codes = [-1 if text is None or text != text else categories.index(text)
                 for text in frame["texts"]]
        same(np.array(codes, "i4"), file.get_tensor("texts"), "texts")
    # A model file is a safetensors file whose metadata is JSON.
    subprocess.run([program, "save", str(folder / "model.safetensors"), "7", "3200"], check=True)
    with safetensors.safe_open(folder / "model.safetensors", "np") as file:
        metadata = file.metadata()
        assert metadata["format"] == "pullback" and metadata["version"] == "1"
        assert json.loads(metadata["summary"]) == {"number": 7}
        for part in range(8):
            same(np.full(100, 7, "f4"), file.get_tensor(f"part{part}"), part)
print(f"{count} tensors came back bit for bit.")
