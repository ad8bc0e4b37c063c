# SPDX-License-Identifier: Apache-2.0
"""Runs every subcommand of `pullback`, with every option, on hostile files and values.

    python3 Scripts/hostile PROGRAM [--only TEXT] [--most RUNS] [--seconds 60] [--megabytes 4096]
        [--mixtures 150] [--seed 1]

Which subcommands and options there are the program says itself (--experimental-dump-help), so what
is new is covered without a change here. Each run must end in time and memory with an exit code of
DESIGN, with one line that begins with `Error:` if that is not 0, with nothing half-written and no
file of others changed. Works in a temporary folder; as root it runs the program as nobody.
"""

import argparse
import collections
import concurrent.futures
import itertools
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile

from commands import Base, commands
from models import damaged
from trial import Bounds, Trial
from zoo import Zoo

# What required arguments may want; the first that works is taken.
USUAL = [b"good.csv", b"model.safetensors", b"model-1.safetensors", b"x.npy", b"y.npy", b"2x3x4", b"4-3-2", b"images.idx",
         b"exp", b"1", b"price"]
VALUES = ["", " ", "x", "-1", "0", "1", "2", "-0", "1.5", "-1e-400", "1e308", "nan", "inf", "1e-30",
          "2147483648", "9223372036854775807", "9223372036854775808", "-9223372036854775809",
          "1" * 400, "1,1,1", ",", "1,", "price,kind", "price", "kind", "x,x", "0x10", "1_000", "+1",
          "٣", "%s%n", "--", "-", "--help", "a=b", "../..", "e\u0301", "\x1b[2J", "a\nError: b",
          "y" * 100_000, b"\xff\xfe", b"a\x80"]
PATHS = [b"new", b"new.safetensors", b"old", b"no/such/folder/new", b".", b"/", b"/dev/full", b"pipe",
         b"/dev/null", b"", b"n" * 300]


class Campaign:
    def __init__(self, options, root):
        self.options, self.bounds = options, Bounds(options.seconds, options.megabytes)
        self.random, self.root = random.Random(options.seed), root
        self.program = str(root / "pullback")
        shutil.copy(options.program, self.program)
        (root / "zoo").mkdir()
        os.chmod(root, 0o755)
        self.zoo = Zoo(root / "zoo")
        dump = subprocess.run([self.program, "--experimental-dump-help"], capture_output=True, check=True)
        self.commands = commands(json.loads(dump.stdout)["command"])
        self.number = itertools.count()
        self.codes, self.failures = collections.Counter(), []

    def run(self, trial):
        folder = self.root / f"run{next(self.number)}"
        folder.mkdir()
        code, problems, said = trial.run(
            self.program, folder, self.bounds, self.zoo.contents["good.csv"])
        shutil.rmtree(folder)
        return trial, code, problems, said

    def path(self, word):
        """A word that names a file of the zoo becomes its path."""
        path = self.zoo.folder / os.fsdecode(word)
        return os.fsencode(path) if word in self.zoo_names else word

    def make_models(self):
        """Good models, as each command that saves one makes them, and what becomes of them."""
        self.zoo.write()
        self.find_names()
        made = 0
        for command in self.commands:
            for option in ("--output", "--checkpoint"):
                # Of checkpoints those of the digits and of a table: the others differ in the data alone.
                most = 2 if option == "--checkpoint" else None
                for base in itertools.islice(
                        self.tables(command) if option in command.options else [], most):
                    path = self.root / "made.safetensors"
                    subprocess.run([self.program, *command.call(base, option, path)],
                                   capture_output=True, check=False)
                    if path.exists():
                        name = "model" if made == 0 else f"model-{made}"
                        content = path.read_bytes()
                        self.zoo.add({f"{name}.safetensors": content})
                        self.zoo.add(damaged(content, name, self.options.seed))
                        made += 1
                        path.unlink()
        self.zoo.write()
        self.find_names()

    def find_names(self):
        self.zoo_names = {os.fsencode(path.name) for path in self.zoo.folder.iterdir()}

    def tables(self, command):
        """Calls with the data that a command may be trained on."""
        yield Base()
        if command.positionals:
            for target in ("price", "kind") if "--target" in command.options else ():
                yield Base([self.path(b"good.csv")], ["--target", target])
            for words in ([b"x.npy", b"y.npy"], [b"x.npy", b"labels.npy"], [b"folder"], [b"good.npz"]):
                yield Base(map(self.path, words))

    def find_bases(self, command):
        """Calls that work, with the words that a command needs, tried out."""
        needed = sum(not argument["isOptional"] for argument in command.positionals)
        usual = [self.path(word) for word in USUAL]
        works = lambda base: self.run(Trial(command.call(base)))[1] == 0
        # Without words that need not be there, then with them.
        needing = (
            Base(word[:given], [w for pair in zip(command.needed, word[given:]) for w in pair])
            for given in sorted({needed, len(command.positionals)})
            for word in itertools.product(usual, repeat=given + len(command.needed)))
        command.bases = [*itertools.islice(filter(works, needing), 1)]
        if needed < len(command.positionals) and any(map(command.takes_file_at, range(needed + 1))):
            command.bases += [b for b in self.tables(command) if b.words and works(b)]
        if not command.bases:
            print(f"No call of {' '.join(command.words)} was found that works.", flush=True)
            command.bases = [Base()]

    def trials(self, command):
        files, sample = self.zoo.words(), [self.path(word) for word in (
            b"good.csv", b"model.safetensors", b"bytes.csv", b"x.npy", b"settings.json", b"missing")]
        for number, base in enumerate(command.bases):
            yield Trial(command.call(base))
            # Files where arguments stand that are no options; numbers where these are no files.
            for place in range(len(base.words)):
                takes_file = self.takes_file(command, place)
                for word in files if takes_file else VALUES + sample:
                    yield Trial(command.call(base.but(place, word)))
                for word in files if takes_file else []:
                    if os.path.isfile(word) and os.access(word, os.R_OK):
                        yield Trial(command.call(base.but(place, b"-")), stdin=word)
            for option in command.options:
                takes_files = command.takes_file(option) and number < 2
                values = VALUES + PATHS + (files if takes_files else sample)
                for value in values:
                    last = not isinstance(value, bytes)
                    yield Trial(command.call(base, option, value), may_last=last)
                    for flag in command.flags if takes_files else []:
                        if flag == "--resume" or value in PATHS:
                            yield Trial(command.call(base, option, value, flag))
                yield Trial(command.call(base, option))
                yield Trial(command.call(base, option, "1", option, "1"), may_last=True)
            for count in (1, 2):
                for flags in itertools.combinations(command.flags, count):
                    yield Trial(command.call(base, *flags))
            for word in ("--unknown", "surplus", "--", "-", "", "---", b"\xff"):
                yield Trial(command.call(base, word, word))
            yield from self.mixtures(command, base, files)
            for more in range(0, 60, 3):
                yield Trial(command.call(base), megabytes=self.least + more)

    def find_least(self):
        """The fewest megabytes of addresses with which the program starts."""
        few, enough = 0, self.options.megabytes
        while enough - few > 1:
            middle = (few + enough) // 2
            if self.run(Trial(["--version"], megabytes=middle))[1] == 0:
                enough = middle
            else:
                few = middle
        return enough

    def takes_file(self, command, place):
        """Whether a word that is no option names a file: by itself, or because one works."""
        usual = command.bases[0].words[place:place + 1]
        return command.takes_file_at(place) or any(
            os.fsdecode(word).startswith(str(self.zoo.folder)) for word in usual)

    def mixtures(self, command, base, files):
        """Several things at once."""
        for _ in range(self.options.mixtures):
            words = [self.random.choice(files if self.takes_file(command, place) else VALUES)
                     for place in range(min(self.random.randrange(3), len(command.positionals)))]
            more = []
            for option in self.random.sample(list(command.options), min(3, len(command.options))):
                more += [option, self.random.choice(VALUES + (files if command.takes_file(option) else []))]
            more += self.random.sample(command.flags, min(1, len(command.flags)))
            yield Trial(command.call(Base(words or base.words, base.more), *more), may_last=True)

    def whole(self):
        self.make_models()
        print(f"{len(self.zoo.words())} files; {len(self.commands)} commands", flush=True)
        self.least = self.find_least()
        before = self.zoo.fingerprint()
        for command in self.commands:
            name = " ".join(command.words)
            if self.options.only not in name:
                continue
            self.find_bases(command)
            with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
                trials = list(self.trials(command))
                if 0 < self.options.most < len(trials):
                    trials = self.random.sample(trials, self.options.most)
                outcomes = list(pool.map(self.run, trials))
            codes = collections.Counter(code for _, code, _, _ in outcomes)
            failures = [o for o in outcomes if o[2]]
            print(f"{name}: {len(outcomes)} runs, exit codes {dict(sorted(codes.items()))}, "
                  f"{len(failures)} wrong", flush=True)
            for trial, _, problems, said in failures:
                print(f"  {'; '.join(problems)}\n    {trial.description('pullback')}")
                print(f"    {said[-300:]!r}", flush=True)
            self.codes += codes
            self.failures += failures
        changed = [path for path, mark in self.zoo.fingerprint().items() if before.get(path) != mark]
        for path in changed:
            print(f"  changed: {path}")
        return not self.failures and not changed


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--only", default="", help="commands with this in their name")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--megabytes", type=int, default=4096)
    parser.add_argument("--most", type=int, default=0, help="runs of each command, chosen by chance")
    parser.add_argument("--mixtures", type=int, default=150)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    # In the background of a script it would be ignored, and by the program too.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    root = pathlib.Path(tempfile.mkdtemp(prefix="hostile-"))
    try:
        campaign = Campaign(options, root)
        passes = campaign.whole()
    finally:
        shutil.rmtree(root)
    total = sum(campaign.codes.values())
    print(f"{total} runs, exit codes {dict(sorted(campaign.codes.items()))}: "
          + ("all as they should be." if passes else f"{len(campaign.failures)} wrong."))
    sys.exit(0 if passes else 1)


if __name__ == "__main__":
    main()
