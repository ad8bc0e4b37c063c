# SPDX-License-Identifier: Apache-2.0
"""One run of the command on something hostile, and what it must not do."""

import json
import os
import pathlib
import re
import shlex
import signal
import struct
import subprocess
import threading

CODES = {0, 64, 65, 66, 71, 73, 74, 130}
# What an unprivileged user may not do, root may: files that cannot be read would be.
USER = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
CONTROLS = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]")


class Bounds:
    """What a run may take."""

    def __init__(self, seconds, megabytes):
        self.seconds, self.megabytes = seconds, megabytes

    def limiting(self, megabytes):
        """A shell that sets the bounds, and becomes the command. Files end at 256 MB."""
        megabytes = megabytes or self.megabytes
        limits = f"ulimit -c 0 && ulimit -v {megabytes * 1024} && ulimit -f 524288"
        return ["/bin/sh", "-c", f'{limits} && exec "$@"', "sh"]


def is_whole(path):
    """Whether a file that the command wrote has all of its bytes, as far as its kind tells."""
    content = path.read_bytes()
    if not content:
        return False
    if content[8:9] == b"{":
        length = struct.unpack("<Q", content[:8])[0]
        header = json.loads(content[8:8 + length])
        ends = [entry["data_offsets"][1] for key, entry in header.items() if key != "__metadata__"]
        return len(content) == 8 + length + max(ends, default=0)
    if content.lstrip()[:1] == b"{":
        json.loads(content)
    return content.endswith(b"\n")


def feed(path, process, content):
    """Writes into a pipe as soon as somebody reads, then goes."""
    while process.poll() is None:
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:
            threading.Event().wait(0.005)
            continue
        try:
            os.write(descriptor, content)
        except OSError:
            pass
        os.close(descriptor)
        return


class Trial:
    """Words of a command line; those that name a file of the zoo are bytes of its path."""

    def __init__(self, words, stdin=None, may_last=False, megabytes=None):
        self.words, self.stdin, self.may_last = words, stdin, may_last
        self.megabytes = megabytes

    def description(self, program):
        def quoted(word):
            if len(word) > 300:
                return f"<{len(word)} bytes>"
            return shlex.quote(os.fsdecode(word)).encode("unicode_escape").decode()
        line = " ".join([program, *(quoted(word) for word in self.words)])
        if self.megabytes:
            line = f"ulimit -v {self.megabytes * 1024}; {line}"
        return line + (f" <{os.fsdecode(self.stdin)}" if self.stdin else "")

    def run(self, program, folder, bounds, pipe_content):
        """Returns the exit code and what is wrong with the run."""
        folder = pathlib.Path(folder)
        pipe = folder / "pipe"
        os.mkfifo(pipe)
        (folder / "old").write_bytes(b"old\n")
        for path in (folder, pipe, folder / "old") if USER else []:
            os.chown(path, 65534, 65534)
        with open(self.stdin or "/dev/null", "rb") as stdin, \
                open(folder / ".output", "w+b") as output, open(folder / ".errors", "w+b") as errors:
            process = subprocess.Popen(
                bounds.limiting(self.megabytes) + [program, *self.words], cwd=folder, stdin=stdin, stdout=output,
                stderr=errors, env={"PATH": "/usr/bin:/bin", "TERM": "dumb"}, **USER)
            feeder = threading.Thread(target=feed, args=(pipe, process, pipe_content))
            if b"pipe" in self.words:
                feeder.start()
            problems = self.wait(process, bounds)
            if feeder.ident:
                feeder.join()
            output.seek(0)
            errors.seek(0)
            said, printed = errors.read(1 << 20), output.read(1 << 20)
        problems += verdict(process.returncode, printed, said)
        for path in folder.rglob("*"):
            if path == pipe or path.name in (".output", ".errors") or path.is_dir():
                continue
            if ".partial-" in path.name:
                problems.append(f"left {path.name}")
            elif path.is_file() and path.stat().st_nlink == 1 and not self.is_whole(path):
                problems.append(f"wrote half of {path.name}")
        return process.returncode, problems, said

    def wait(self, process, bounds):
        try:
            process.wait(bounds.seconds)
            return []
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGINT)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            return [f"did not end on Ctrl-C after {bounds.seconds} s"]
        return [] if self.may_last else [f"took more than {bounds.seconds} s"]

    @staticmethod
    def is_whole(path):
        try:
            return is_whole(path)
        except (ValueError, KeyError, IndexError, struct.error):
            return False


def verdict(code, printed, said):
    problems = []
    if code not in CODES:
        problems.append(f"exit code {code}")
    lines = said.split(b"\n")
    count = sum(line.startswith(b"Error:") for line in lines)
    if count != (code not in (0, 130)):
        problems.append(f"{count} lines that begin with Error: and exit code {code}")
    for name, text in [("standard output", printed), ("standard error", said)]:
        if CONTROLS.search(text):
            problems.append(f"control characters on {name}")
    # Swift says by itself that it gets no memory, before the command does.
    if code != 71 and any(word in said for word in (b"Fatal error", b"Stack dump", b"*** ")):
        problems.append("a crash is reported")
    return problems
