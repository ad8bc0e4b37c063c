# SPDX-License-Identifier: Apache-2.0
"""What becomes of a good model file in the hands of a stranger."""

import json
import random
import struct

from binaries import safetensors

NUMBERS = [-1, 0, 1, 2**31, 2**53 + 1, 2**63 - 1, 10**9, 0.5, -1e308, 1e-320]
OTHERS = [None, True, "", "x", "\x1b[2J\n", "e\u0301", [], {}, [[]], {"type": "linear"}]


def parts(content):
    length = struct.unpack("<Q", content[:8])[0]
    return json.loads(content[8:8 + length]), content[8 + length:]


def with_metadata(content, key, value):
    """The file with another text in its metadata; a value that is no text becomes JSON."""
    header, data = parts(content)
    metadata = header["__metadata__"]
    if value is None:
        metadata.pop(key, None)
    else:
        metadata[key] = value if isinstance(value, str) else json.dumps(value)
    return safetensors(header, data)


def places(value, path=()):
    """The paths to all values in a value of JSON."""
    yield path
    if isinstance(value, dict):
        children = value.items()
    else:
        children = enumerate(value if isinstance(value, list) else [])
    for key, child in children:
        yield from places(child, (*path, key))


def replaced(value, path, other):
    if not path:
        return other
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = replaced(value[path[0]], path[1:], other)
    return copy


def linear(inputs, outputs):
    return {"type": "linear", "inputs": inputs, "outputs": outputs, "bias": True}


def layers():
    """Architectures that ask for more than there is."""
    shared = [linear(1, 1)] + [
        {"type": "sequential", "layers": [{"type": "shared", "layer": f"architecture[{n}]"}] * 2}
        for n in range(60)
    ]
    deep = {"type": "relu"}
    for _ in range(400):
        deep = {"type": "sequential", "layers": [deep]}
    return {
        "units-1e9": [linear(10**9, 10**9)], "units-2-62": [linear(2**62, 8)],
        "layers-400000": [{"type": "relu"}] * 400_000, "shared": shared, "deep": [deep],
        "long-names": [{"type": "x" * 1_000_000}], "no-layers": [],
        "linear-1e5": [linear(1, 1)] * 100_000,
    }


def damaged(content, name, seed, count=60):
    """Names and contents of files made from a good one."""
    source = random.Random(seed)
    found = {}
    for asked, architecture in layers().items():
        found[f"{name}-{asked}"] = with_metadata(content, "architecture", architecture)
    header, data = parts(content)
    for key in header["__metadata__"]:
        found[f"{name}-without-{key}"] = with_metadata(content, key, None)
        found[f"{name}-{key}-nested"] = with_metadata(content, key, "[" * 100_000)
        found[f"{name}-{key}-long"] = with_metadata(content, key, json.dumps(list(range(300_000))))
        try:
            value = json.loads(header["__metadata__"][key])
        except ValueError:
            continue
        paths = list(places(value))
        for number in range(count):
            other = source.choice(NUMBERS + OTHERS)
            changed = replaced(value, source.choice(paths), other)
            found[f"{name}-{key}-{number}"] = with_metadata(content, key, json.dumps(changed))
    tensors = [key for key in header if key != "__metadata__"]
    for number in range(count):
        changed = json.loads(json.dumps(header))
        tensor = changed[source.choice(tensors)]
        field = source.choice(["dtype", "shape", "data_offsets"])
        tensor[field] = source.choice(
            ["F64", "BOOL", "I64"] if field == "dtype" else [[2**62, 4], [-1], [], [10**9], [0, 2**63]])
        found[f"{name}-header-{number}"] = safetensors(changed, data)
    for number in range(count):
        bytes_ = bytearray(content)
        for _ in range(source.choice([1, 1, 1, 8])):
            # Most of them in the header.
            end = source.choice([8, len(content) - len(data), len(content) - len(data), len(content)])
            bytes_[source.randrange(end)] = source.randrange(256)
        found[f"{name}-byte-{number}"] = bytes(bytes_)
    for number in range(count // 4):
        found[f"{name}-cut-{number}"] = content[:source.randrange(len(content))]
    bits = struct.pack("<f", float("nan"))
    found[f"{name}-nan"] = content[:len(content) - len(data)] + bits * (len(data) // 4)
    return {f"{key}.safetensors": value for key, value in found.items()}
