#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The man page of a command that uses ArgumentParser.

Reads what `pullback --experimental-dump-help` prints and writes the page, as man(7) has it:

    pullback --experimental-dump-help | Scripts/manual.py VERSION >pullback.1

ArgumentParser's own generator is a plugin that builds everything once more, in debug.
"""

import json
import sys

# What the command's help does not say of itself.
EXIT_CODES = [
    ("0", "What was asked for has been done."),
    ("64", "The command was used wrongly."),
    ("65", "The data are wrong: a file that is none of its kind, a training that diverges."),
    ("66", "A file cannot be read."),
    ("71", "The system refuses memory."),
    ("73", "A file cannot be written."),
    ("74", "The output cannot be written."),
    ("130", "Interrupted."),
]
ENVIRONMENT = [
    ("PULLBACK_THREADS", "Threads to use at most, 1 to 64."),
    (
        "PULLBACK_INSTRUCTION_SET",
        "Kernels to use instead of the processor's best: baseline, avx2, avx512, neon.",
    ),
    ("NO_COLOR", "If set to anything, no colours."),
]


def escaped(text):
    """Text that roff prints as it stands, a hyphen as the one to type."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    lines = ["\\&" + line if line[:1] in (".", "'") else line for line in text.split("\n")]
    return "\n".join(lines)


def paragraphs(text):
    """The help's paragraphs; lines that are set in, such as examples, stay lines."""
    for number, paragraph in enumerate(text.strip("\n").split("\n\n")):
        if number > 0:
            yield ".PP"
        if paragraph.startswith(" "):
            yield from [".nf", escaped(paragraph), ".fi"]
        else:
            yield escaped(paragraph)


def spelling(argument):
    """How an argument is written on the command line, in bold what is typed as it stands."""
    value = f"\\fI<{escaped(argument['valueName'])}>\\fR"
    if argument["kind"] == "positional":
        return value
    names = [
        ("\\-" if name["kind"] == "short" else "\\-\\-") + escaped(name["name"])
        for name in argument["names"]
    ]
    names = ", ".join(f"\\fB{name}\\fR" for name in names)
    return f"{names} {value}" if argument["kind"] == "option" else names


def explanation(argument):
    text = argument.get("abstract", "")
    if argument.get("discussion"):
        text += " " + argument["discussion"]
    if argument.get("allValues"):
        text += f" One of: {', '.join(argument['allValues'])}."
    if argument.get("defaultValue") is not None:
        text += f" (default: {argument['defaultValue']})"
    return escaped(text.strip())


def arguments(command):
    """Those that are a command's own: what all have is said once."""
    return [
        argument
        for argument in command.get("arguments", [])
        if argument.get("shouldDisplay", True) and argument["valueName"] not in ("help", "version")
    ]


def synopsis(command, path):
    words = [f"\\fB{word}\\fR" for word in path]
    for argument in arguments(command):
        word = spelling(argument).split(", ")[-1]
        if argument["isRepeating"]:
            word += " ..."
        words.append(f"[{word}]" if argument["isOptional"] else word)
    # An option stays on a line with its value.
    return " ".join(word.replace(" ", "\\~") for word in words)


def leaves(command, path=()):
    """The commands that do something, with their names."""
    path = (*path, command["commandName"])
    subcommands = [sub for sub in command.get("subcommands", []) if sub["commandName"] != "help"]
    if not subcommands:
        yield command, path
    for sub in subcommands:
        yield from leaves(sub, path)


def described(command, path):
    yield f".SS {escaped(' '.join(path[1:]))}"
    yield synopsis(command, path)
    yield ".PP"
    yield escaped(command.get("abstract", ""))
    if command.get("discussion"):
        yield ".PP"
        yield from paragraphs(command["discussion"])
    for argument in arguments(command):
        yield from [".TP", spelling(argument), explanation(argument)]


def page(root, version):
    name = root["commandName"]
    yield f'.TH {name.upper()} 1 "" "{name} {escaped(version)}"'
    # Not justified, no hyphens: what is shown is to be typed.
    yield from [".ad l", ".nh"]
    yield from [".SH NAME", f"{name} \\- {escaped(root['abstract'])}"]
    yield ".SH SYNOPSIS"
    yield f"\\fB{name}\\fR \\fIcommand\\fR [\\fIoptions\\fR]"
    yield from [".br", f"\\fB{name}\\fR [\\fIcommand\\fR] \\fB\\-\\-help\\fR | \\fB\\-\\-version\\fR"]
    if root.get("discussion"):
        yield ".SH DESCRIPTION"
        yield from paragraphs(root["discussion"])
    yield ".SH COMMANDS"
    for command, path in leaves(root):
        yield from described(command, path)
    for title, entries in [("EXIT STATUS", EXIT_CODES), ("ENVIRONMENT", ENVIRONMENT)]:
        yield f".SH {title}"
        for term, text in entries:
            yield from [".TP", f"\\fB{escaped(term)}\\fR", escaped(text)]


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: pullback --experimental-dump-help | manual.py VERSION")
    for line in page(json.load(sys.stdin)["command"], sys.argv[1]):
        print(line)


if __name__ == "__main__":
    main()
