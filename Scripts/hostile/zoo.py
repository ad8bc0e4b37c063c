# SPDX-License-Identifier: Apache-2.0
"""Files of every kind in a folder."""

import hashlib
import os
import stat

from binaries import binaries
from tables import good, tables


class Zoo:
    """Files in a folder that nobody but root writes in."""

    def __init__(self, folder):
        self.folder = folder
        self.contents = {"good.csv": good().encode(), **tables(), **binaries()}

    def add(self, contents):
        self.contents.update(contents)

    def write(self):
        for name, content in self.contents.items():
            path = self.folder / name
            if not path.exists():
                path.write_bytes(content)
        if not (self.folder / "folder").exists():
            os.mkdir(self.folder / "folder")
            for name in ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"):
                source = "images.idx" if "images" in name else "labels.idx"
                (self.folder / "folder" / name).write_bytes(self.contents[source])
            os.mkdir(self.folder / "empty-folder")
            (self.folder / "dangling").symlink_to("nowhere")
            (self.folder / "circle").symlink_to("circle")
            (self.folder / "link.csv").symlink_to("good.csv")
            for name in ("unreadable.csv", "unreadable.safetensors"):
                (self.folder / name).write_bytes(self.contents["good.csv"])
                os.chmod(self.folder / name, 0)
            for name in ("a\nb.csv", "a\x1b[2Jb.csv", "-x.csv", "a b.csv", "=.csv", "n" * 250):
                (self.folder / name).write_bytes(self.contents["good.csv"])
            (self.folder / os.fsdecode(b"\xff.csv")).write_bytes(self.contents["good.csv"])

    def words(self):
        """All files as words of a command line."""
        names = [os.fsencode(path) for path in sorted(self.folder.iterdir())]
        return names + [b"missing", b"/dev/null", b"/dev/zero", b"/dev/full", b"/", b".", b"", b"pipe",
                        b"-", b"/dev/stdin", b"m" * 5000, os.fsencode(self.folder / "good.csv") + b"/x"]

    def fingerprint(self):
        return {path: (hashlib.sha256(path.read_bytes()).digest(), path.stat().st_mode)
                for path in self.folder.rglob("*")
                if not path.is_symlink() and stat.S_ISREG(path.stat().st_mode)}
