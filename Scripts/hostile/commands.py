# SPDX-License-Identifier: Apache-2.0
"""The subcommands of the program, as it describes them itself."""

# Small work, so that what is right ends soon.
SMALL = {"epochs": "1", "seconds": "0.01", "shape": "2x3x4", "nodes": "20", "operations": "100",
         "elements": "50", "mebibytes": "1", "examples": "64", "batches": "3", "hidden": "4"}
FILE_WORDS = ("file", "path", "model", "data", "table", "checkpoint", "output", "config", "csv")


class Command:
    """A subcommand as the program describes it."""

    def __init__(self, description, path):
        self.words = list(path[1:])
        arguments = [a for a in description.get("arguments", [])
                     if a["valueName"] not in ("help", "version")]
        self.positionals = [a for a in arguments if a["kind"] == "positional"]
        self.options = {self.spelling(a): a for a in arguments if a["kind"] == "option"}
        self.flags = [self.spelling(a) for a in arguments if a["kind"] == "flag"]
        self.needed = [o for o, a in self.options.items()
                       if not a["isOptional"] and a.get("defaultValue") is None]
        self.small = [word for option in self.options if option.strip("-") in SMALL
                      for word in (option, SMALL[option.strip("-")])]
        self.bases = []

    @staticmethod
    def spelling(argument):
        name = argument["preferredName"]
        return ("-" if name["kind"] == "short" else "--") + name["name"]

    @staticmethod
    def names_file(argument, text):
        return "file" in (argument.get("completionKind") or {}) or any(
            word in f"{text} {argument['valueName']}".lower() for word in FILE_WORDS)

    def takes_file(self, option):
        return self.names_file(self.options[option], option)

    def takes_file_at(self, place):
        # The last one may be repeated.
        return self.names_file(self.positionals[min(place, len(self.positionals) - 1)], "")

    def call(self, base, *more):
        return [*self.words, *base.words, *base.more, *self.small, *more]


class Base:
    """What a call that works has beside other options: words, and options that go with them."""

    def __init__(self, words=(), more=()):
        self.words, self.more = list(words), list(more)

    def but(self, place, word):
        words = list(self.words)
        words[place:place + 1] = [word]
        return Base(words, self.more)


def commands(description, path=()):
    path = (*path, description["commandName"])
    subs = [sub for sub in description.get("subcommands", []) if sub["commandName"] != "help"]
    return [c for sub in subs for c in commands(sub, path)] or [Command(description, path)]
