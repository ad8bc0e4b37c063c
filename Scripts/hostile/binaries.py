# SPDX-License-Identifier: Apache-2.0
"""Arrays, archives, tensors and JSON that are damaged or claim what is not there."""

import gzip
import io
import json
import random
import struct
import zipfile
import zlib

DEEP = 100_000


def npy(shape, dtype="<f4", data=None, order=False, version=1, length=None):
    """A .npy file; the data are zeros where they can be."""
    header = f"{{'descr': '{dtype}', 'fortran_order': {order}, 'shape': {shape}, }}".encode()
    header += b" " * (-(len(header) + 11) % 64) + b"\n"
    length = len(header) if length is None else length
    size = struct.pack("<H" if version == 1 else "<I", length)
    return b"\x93NUMPY" + bytes([version, 0]) + size + header + (data or b"")


def floats(count):
    return struct.pack(f"<{count}f", *(i % 7 - 3 for i in range(count)))


def arrays():
    x, y = npy((40, 3), data=floats(120)), npy((40,), data=floats(40))
    labels = npy((40,), "<i8", struct.pack("<40q", *(i % 3 for i in range(40))))
    return {
        "x.npy": x, "y.npy": y, "labels.npy": labels,
        "cut.npy": x[:-5], "cut-header.npy": x[:40], "cut-mark.npy": x[:7],
        "more.npy": x + b"\0" * 9,
        "claims.npy": npy((10**18, 10**18)), "claims-bytes.npy": npy((10**11,)),
        "negative.npy": npy((-1, 3), data=floats(3)),
        "rank-0.npy": npy((), data=floats(1)), "no-rows.npy": npy((0, 3)),
        "no-columns.npy": npy((40, 0)), "rank-40.npy": npy((1,) * 40, data=floats(1)),
        "object.npy": npy((2,), "|O", b"\x80\x04N."), "structure.npy": npy((2,), "[('a','<f4')]"),
        "deep.npy": npy("(" * 20_000 + ")" * 20_000),
        "header-4gb.npy": npy((1,), version=2, length=2**32 - 1),
        "infinite.npy": npy((40, 3), data=struct.pack("<120f", *([float("inf"), float("nan")] * 60))),
        "labels-negative.npy": npy((40,), "<i8", struct.pack("<40q", *([-1, 2**62] * 20))),
    }


def zipped(members, method=zipfile.ZIP_STORED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def archives():
    members = {name: content for name, content in arrays().items() if name in ("x.npy", "y.npy")}
    good, deflated = zipped(members), zipped(members, zipfile.ZIP_DEFLATED)
    bomb = zipped({"x.npy": npy((30_000_000,), "|u1", bytes(30_000_000))}, zipfile.ZIP_DEFLATED)
    directory = bomb.rindex(b"PK\x01\x02")
    overlapping = bytearray(good)
    # The second member's entry points to the first one's bytes.
    second = good.index(b"PK\x01\x02", good.index(b"PK\x01\x02") + 4)
    overlapping[second + 42:second + 46] = bytes(4)
    return {
        "good.npz": good, "deflated.npz": deflated, "empty.npz": zipped({}),
        "cut.npz": good[:-30], "cut-deflated.npz": deflated[: len(deflated) // 2],
        "bomb.npz": bomb,
        "claims.npz": bomb[:directory + 24] + b"\xfe\xff\xff\xff" + bomb[directory + 28:],
        "overlapping.npz": bytes(overlapping),
        "no-arrays.npz": zipped({"a.txt": b"hello"}), "bad-array.npz": zipped({"x.npy": b"hello"}),
        "escape.npz": zipped({"../../x\x1b[2J.npy": members["x.npy"]}),
        "damaged.npz": deflated.replace(deflated[60:70], b"\xff" * 10, 1),
        "table.csv.gz": gzip.compress(b"x,price,kind\n" + b"1,2,ant\n" * 9),
        "cut.csv.gz": gzip.compress(b"x,price,kind\n" + b"1,2,ant\n" * 900)[:-12],
        "bomb.csv.gz": gzip.compress(bytes(200_000_000), 1),
    }


def idx(kind, extents, data=b""):
    return bytes([0, 0, kind, len(extents)]) + struct.pack(f">{len(extents)}I", *extents) + data


def images():
    pixels = random.Random(3).randbytes(20 * 16)
    return {
        "images.idx": idx(8, [20, 4, 4], pixels),
        "labels.idx": idx(8, [20], bytes(i % 3 for i in range(20))),
        "cut.idx": idx(8, [20, 4, 4], pixels[:-1]), "claims.idx": idx(8, [2**32 - 1] * 4),
        "rank-255.idx": idx(8, [1] * 255, b"\0"), "rank-0.idx": idx(8, []),
        "kind.idx": idx(7, [1], b"\0"), "images.idx.gz": gzip.compress(idx(8, [20, 4, 4], pixels)),
        "cut.idx.gz": gzip.compress(idx(8, [20, 4, 4], pixels))[:40],
        "bomb.idx.gz": gzip.compress(idx(8, [1000, 1000, 100], bytes(100_000_000)), 1),
    }


def safetensors(header, data=b"", length=None):
    if not isinstance(header, bytes):
        header = json.dumps(header).encode()
    return struct.pack("<Q", len(header) if length is None else length) + header + data


def tensors():
    one = {"w": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}
    def other(**change):
        return safetensors({"w": {**one["w"], **change}}, bytes(8))
    nested = b'{"__metadata__":{"format":"pullback","version":"1","architecture":"%s"}}'
    return {
        "tensors.safetensors": safetensors(one, floats(2)),
        "length-2-63.safetensors": safetensors(one, bytes(8), 2**63),
        "length-2-64.safetensors": safetensors(one, bytes(8), 2**64 - 1),
        "length.safetensors": safetensors(one, bytes(8), 90_000_000),
        "cut.safetensors": safetensors(one, bytes(7)), "gap.safetensors": safetensors(one, bytes(9)),
        "deep.safetensors": safetensors(b'{"w":' + b"[" * DEEP + b"]" * DEEP + b"}"),
        "deep-metadata.safetensors": safetensors(nested % (b"[" * DEEP)),
        "shape.safetensors": other(shape=[2**62, 2**62]), "negative.safetensors": other(shape=[-2]),
        "offsets.safetensors": other(data_offsets=[0, 2**63]),
        "backwards.safetensors": other(data_offsets=[8, 0]), "type.safetensors": other(dtype="F99"),
        "twice.safetensors": safetensors(
            b'{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},'
            b'"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}', bytes(8)),
        "no-object.safetensors": safetensors(b"[]"), "nothing.safetensors": safetensors(b"{}"),
        "names.safetensors": safetensors({"\x1b[2J\n\0": one["w"]}, bytes(8)),
        "many.safetensors": safetensors(
            {f"t{i}": {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]} for i in range(100_000)}),
    }


def settings():
    """Files that could be settings."""
    return {
        "settings.json": b"{}", "list.json": b"[]", "cut.json": b'{"epochs": 1', "text.json": b'"x"',
        "deep.json": b"[" * DEEP + b"]" * DEEP, "deep-objects.json": b'{"a":' * DEEP,
        "numbers.json": b'{"epochs": 1e999, "batch": -0, "hidden": [99999999999999999999]}',
        "kinds.json": b'{"epochs": "x", "batch": null, "seed": {}, "hidden": true, "target": 3}',
        "unknown.json": b'{"\\u001b[2J": 1}', "twice.json": b'{"epochs": 1, "epochs": 2}',
        "not-utf-8.json": b'{"a": "\xff"}', "long.json": b'{"a": "' + b"x" * 1_000_000 + b'"}',
    }


def compressed_text():
    return {"deflate.bin": zlib.compress(b"hello"), "empty": b"", "zeros.bin": bytes(10_000)}


def binaries():
    """Names and contents."""
    found = {}
    for kind in (arrays, archives, images, tensors, settings, compressed_text):
        found.update(kind())
    return found
