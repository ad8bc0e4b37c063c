#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reads tables of every extreme kind and measures the most memory that it took: at most four times
the file and 64 MiB.

Needs a Swift toolchain. Works in a temporary folder. Takes the size of the files in megabytes
(100); parts of names choose some of the kinds.
"""
import itertools
import pathlib
import subprocess
import sys
import tempfile

root = pathlib.Path(__file__).resolve().parents[1]
flags = ["-c", "release", "--package-path", "Robustness", "--scratch-path", ".build-robustness"]
subprocess.run(["swift", "build", *flags, "--product", "Trial"], cwd=root, check=True,
               stdout=subprocess.DEVNULL)
program = subprocess.run(["swift", "build", *flags, "--show-bin-path"], cwd=root, check=True,
                         capture_output=True, text=True).stdout.strip() + "/Trial"
size = int(sys.argv[1]) * 1_000_000 if len(sys.argv) > 1 else 100_000_000
chosen = sys.argv[2:]
widest = 100_000
letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def repeated(line):
    yield from itertools.repeat(line * (100_000 // len(line) + 1), size // 100_000)


def numbered(form):
    """Lines that are all different."""
    length = 0
    for start in itertools.count(0, 10_000):
        text = "".join(form(i) for i in range(start, start + 10_000))
        length += len(text)
        yield text
        if length > size:
            return


def word(number, length):
    """The number in letters: another text for each."""
    text = ""
    for _ in range(length):
        number, letter = divmod(number, len(letters))
        text += letters[letter]
    return text


def wide(field, rows=1):
    return [",".join(field(i) for i in range(widest)) + "\n"] * rows


kinds = {
    "rows of one figure": lambda: repeated("1\n"),
    "rows of two figures": lambda: repeated("1,2\n"),
    "figures side by side": lambda: repeated(",".join(["1"] * 1000) + "\n"),
    "no values": lambda: itertools.chain(["a,b,c,d\n1,2,3,4\n"], repeated(",,,\n")),
    "few values": lambda: itertools.chain(["a,b,c,d,e\n"], repeated("1,,,,\n,,2.5,,\n")),
    "fields in quotes": lambda: itertools.chain(["a,b\n"], repeated('"1","x"\n')),
    "empty lines": lambda: itertools.chain(["a,b\n"], repeated("1,2\n\n\n")),
    "lines in quotes": lambda: itertools.chain(["a,b\n"], repeated('"\n\n\n",1\n')),
    "numbers": lambda: numbered(lambda i: f"{i * 0.37:.17g},{i}\n"),
    "19 digits": lambda: numbered(lambda i: f"{1234567890123456789 + i}\n"),
    "texts of one letter": lambda: itertools.chain(["a,b\n"], repeated("x,y\ny,x\n")),
    "different texts of 4": lambda: itertools.chain(
        ["name\n"], numbered(lambda i: word(i, 4) + "\n")),
    "different texts of 5": lambda: itertools.chain(
        ["name\n"], numbered(lambda i: word(i, 5) + "\n")),
    "different texts of 16": lambda: itertools.chain(
        ["name\n"], numbered(lambda i: word(i, 16) + "\n")),
    "different texts beside a number": lambda: itertools.chain(
        ["name,x\n"], numbered(lambda i: f"{word(i, 6)},{i}\n")),
    "a text behind numbers": lambda: itertools.chain(
        ["a,b\n"], repeated("1,2\n"), ["late,3\n"]),
    "one long field": lambda: itertools.chain(["a\n"], repeated("x" * 100_000)),
    "a field of 60 MB": lambda: itertools.chain(
        ["a\n"], itertools.repeat("x" * 60_000, 1000)),
    "a field of 60 MB in quotes": lambda: itertools.chain(
        ["a\n\""], itertools.repeat("x\"\"" * 20_000, 1000), ["\"\n"]),
    "a quote left open": lambda: itertools.chain(["a\n\""], repeated("x\n")),
    "many names": lambda: wide(lambda i: f"n{i}") + wide(lambda i: "1"),
    "many columns of figures": lambda: wide(lambda i: "1"),
    "many columns of figures, rows": lambda: wide(lambda i: "1", 10),
    "many columns of texts": lambda: wide(lambda i: "x"),
    "many columns of texts, rows": lambda: wide(lambda i: "n" + str(i)) + wide(lambda i: "xy", 10),
    "too many columns": lambda: repeated(","),
    "too many names": lambda: numbered(lambda i: f"n{i},"),
    "too many figures": lambda: repeated("1,"),
    "a name twice": lambda: itertools.chain(["a,a\n"], repeated("1,2\n")),
    "comments": lambda: itertools.chain(repeated("#\n"), ["a,b\n1,2\n"]),
    "one line too long": lambda: itertools.chain(["a,b\n"], repeated("1,2\n"), ["1,2,3\n"]),
}

failed = False
with tempfile.TemporaryDirectory() as folder:
    path = pathlib.Path(folder) / "table.csv"
    for name, parts in kinds.items():
        if chosen and not any(part in name for part in chosen):
            continue
        with open(path, "w") as file:
            file.writelines(parts())
        length = path.stat().st_size
        result = subprocess.run([program, "table", str(path)], check=True, capture_output=True,
                                text=True).stdout.strip()
        peak, outcome = result.split(" ", 1)
        bound = 4 * length + (64 << 20)
        failed |= int(peak) > bound
        print(f"{name}: {length / 1e6:.1f} MB, {int(peak) / 1e6:.1f} of {bound / 1e6:.1f} MB"
              f"{'' if int(peak) <= bound else ' TOO MUCH'}: "
              f"{outcome.replace(str(path), 'table.csv')[:120]}", flush=True)
sys.exit("Failed: more memory than 4 times the file and 64 MiB" if failed else 0)
