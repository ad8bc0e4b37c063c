#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Lists what the package computes with, read off the sources, each with its file and line:

- the leaves of graphs by family, with the reason why each is no composition and where its derivative is;
- the compositions: public functions of tensors, accuracy and losses; the public functions of leaves, and those
  next to them, stand in Graphs.

    Scripts/list-operations.py [--leaves | --compositions]

A leaf's reason is the sentence of its comment that begins "A leaf", else that of its family's comment that
begins "Leaves". OperationReasonTests fails where there is none.
"""

import argparse
import pathlib
import re

ROOT = pathlib.Path(__file__).parents[1]
GRAPHS = ROOT / "Sources" / "Tensors" / "Graphs"
# The family that a case of `Operation` is, by the name of its payload, else by its own.
OPERATION = GRAPHS / "Operation.swift"
COMPOSED = ["Tensors/Functions", "Tensors/Gradients", "Networks/Functions", "Networks/Losses"]


def comment_above(lines, number):
    """The words of the comment above a line, counted from 0."""
    words = []
    while number > 0 and lines[number - 1].strip().startswith("///"):
        number -= 1
        words.insert(0, lines[number].strip()[3:].strip())
    return " ".join(words)


def sentence(comment, beginning):
    found = re.search(rf"\b({beginning}\b.*?[.;])(?= [A-Z]|$)", comment)
    return found and found.group(1)


def cases(lines, name):
    """Line numbers and names of the cases of an enumeration, and its own line."""
    first = next(n for n, line in enumerate(lines) if re.search(rf"\benum {name}\b", line))
    for number in range(first + 1, len(lines)):
        if lines[number] == "}" or re.match(r"  (package |private |fileprivate )?(var|func|init|static)\b", lines[number]):
            return
        if found := re.match(r"  case (\w+)", lines[number]):
            yield first, number, found.group(1)


def derivative(path, lines, name):
    """Where the rule is: the line of its case, else of its function; None if there is none."""
    starts = [n for n, line in enumerate(lines) if re.search(r"\bfunc \w*[dD]erivative\(", line)]
    if not starts:
        return None
    for number in range(starts[0], len(lines)):
        if number > starts[0] and re.match(r"  }|}", lines[number]):
            break
        if re.match(rf"\s*case .*\.{name}\b", lines[number]):
            nothing = re.search(r": (return )?nil$", lines[number])
            return None if nothing else f"{path}:{number + 1}"
    return f"{path}:{starts[0] + 1}"


def leaves():
    lines = OPERATION.read_text().splitlines()
    for _, number, name in cases(lines, "Operation"):
        payload = re.search(r"case \w+\((?:\w+: )?(\w+)", lines[number])
        family = payload.group(1) if payload else None
        holders = [] if family is None else [
            path for path in sorted((GRAPHS / "Operations").glob("*.swift"))
            if re.search(rf"\benum {family}\b", path.read_text())]
        if not holders:
            path = GRAPHS / "Operations" / f"{name.capitalize()}.swift"
            own = path.read_text().splitlines()
            where = path.relative_to(ROOT)
            comment = comment_above(lines, number)
            yield name, [(name, f"{where}:1", sentence(comment, "A leaf"), derivative(where, own, name))]
            continue
        path = holders[0]
        own, where = path.read_text().splitlines(), path.relative_to(ROOT)
        found = []
        for first, line, case in cases(own, family):
            reason = sentence(comment_above(own, line), "A leaf") or sentence(comment_above(own, first), "Leaves")
            found.append((case, f"{where}:{line + 1}", reason, derivative(where, own, case)))
        yield name, found


def compositions():
    declaration = re.compile(r"\s*public (?:static |prefix |mutating )*(func|var|subscript|init)\b(?: ([^\s(<:]+))?")
    for folder in COMPOSED:
        for path in sorted((ROOT / "Sources" / folder).rglob("*.swift")):
            for number, line in enumerate(path.read_text().splitlines(), 1):
                if found := declaration.match(line):
                    yield found.group(2) or found.group(1), f"{path.relative_to(ROOT)}:{number}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--leaves", action="store_true")
    parser.add_argument("--compositions", action="store_true")
    options = parser.parse_args()
    both = options.leaves == options.compositions
    if options.leaves or both:
        families = list(leaves())
        print(f"{sum(len(found) for _, found in families)} leaves in {len(families)} families\n")
        for name, found in families:
            print(name)
            for case, place, reason, rule in found:
                print(f"  {case:18} {place}\n    {reason or 'WITHOUT A REASON'}\n    derivative: {rule or 'none'}")
            print()
    if options.compositions or both:
        found = list(compositions())
        print(f"{len(found)} public functions that are compositions\n")
        for name, place in found:
            print(f"  {name:28} {place}")


if __name__ == "__main__":
    main()
