# SPDX-License-Identifier: Apache-2.0
"""The programs that `compare` lets take turns, and the machine they run on."""

import json
import os
import platform
import re
import shlex
import statistics
import subprocess
import time

from environment import users_environment

FOLDER = os.path.dirname(os.path.abspath(__file__))


def processors():
    """The processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))


def pin(threads):
    """What a child does before it runs: keeps to the first processors. Linux alone can."""
    if not hasattr(os, "sched_setaffinity"):
        return None
    chosen = processors()[:threads]
    return lambda: os.sched_setaffinity(0, chosen)


class Pullback:
    """The command, a process for each measurement."""

    name = "pullback"

    def __init__(self, path, threads):
        self.path, self.threads = path, threads

    def lines(self, work, seconds, *more):
        """The JSON lines of `pullback bench work`."""
        command = [self.path, "bench", *shlex.split(work), "--threads", str(self.threads),
                   "--seconds", str(seconds), "--json", *more]
        run = subprocess.run(
            command, capture_output=True, text=True, preexec_fn=pin(self.threads), check=False)
        if run.returncode != 0:
            raise SystemExit(f"compare: {shlex.join(command)} ended with {run.returncode}:\n"
                             + run.stderr)
        return [json.loads(line) for line in run.stdout.splitlines()]

    def measure(self, work, seconds):
        return self.lines(work, seconds)[0]

    def start(self):
        """Seconds and bytes at most of a short training, as a process."""
        command = [self.path, "train", "--epochs", "1", "--quiet", "--threads", str(self.threads)]
        begin = time.perf_counter()
        with subprocess.Popen(
                command, stdout=subprocess.DEVNULL, preexec_fn=pin(self.threads)) as child:
            _, status, usage = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
        elapsed = time.perf_counter() - begin
        unit = 1 if platform.system() == "Darwin" else 1024
        return elapsed, usage.ru_maxrss * unit


class Peer:
    """A Python process that stays, idle between its turns, and runs as its users run it."""

    def __init__(self, python, name, threads):
        self.name = name
        command = [python, "-B", os.path.join(FOLDER, "peers.py"), "serve", "--peers", name,
                   "--threads", str(threads)]
        environment, self.dropped = users_environment(os.environ)
        self.child = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            text=True, preexec_fn=pin(threads), env=environment)
        hello = self.read()
        self.version, self.missing = hello.get("version"), hello.get("missing")
        self.runs_on = hello.get("runs_on")

    def read(self):
        while line := self.child.stdout.readline():
            # Libraries print too; the answers are the lines that are objects.
            if line.startswith("{"):
                return json.loads(line)
        return {"missing": "the process ended"}

    def measure(self, work, seconds):
        # What `--recorded` asks of Pullback, peers do anyhow or cannot.
        work = work.replace(" --recorded", "")
        try:
            self.child.stdin.write(f"{work} --seconds {seconds}\n")
            self.child.stdin.flush()
        except BrokenPipeError:
            return {"missing": "the process ended"}
        return self.read()

    def close(self):
        self.child.stdin.close()
        self.child.stdout.close()
        self.child.wait()


class Times:
    """The figures of one contender on one row over all rounds."""

    def __init__(self):
        self.answers, self.missing = [], None

    def add(self, answer):
        if "missing" in answer:
            self.missing = answer["missing"]
        else:
            self.answers.append(answer)

    def figure(self, name):
        """The least of the best times; of other figures the median."""
        if not self.answers:
            return None
        choose = min if name == "best_us" else statistics.median
        return choose(answer[name] for answer in self.answers)

    def values(self, name):
        return [answer[name] for answer in self.answers if answer.get(name) is not None]


def read_text(path):
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except OSError:
        return ""


def machine():
    """What the figures were measured on, line by line."""
    information = read_text("/proc/cpuinfo")
    model = re.search(r"model name\s*:\s*(.*)", information)
    name = model.group(1) if model else platform.processor() or platform.machine()
    if platform.system() == "Darwin":
        command = ["sysctl", "-n", "machdep.cpu.brand_string"]
        name = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    caches, folder = [], "/sys/devices/system/cpu/cpu0/cache"
    for index in range(5):
        level, kind, size = (read_text(f"{folder}/index{index}/{member}").strip()
                             for member in ("level", "type", "size"))
        if size and kind != "Instruction":
            caches.append(f"L{level} {size.replace('K', ' KiB')}")
    lines = [f"Processor: {name}, {len(processors())} usable processors"
             + (f"; {', '.join(caches)}" if caches else "")]
    memory = re.search(r"MemTotal:\s*(\d+)", read_text("/proc/meminfo"))
    if memory:
        lines.append(f"Memory: {int(memory.group(1)) / 2 ** 20:.1f} GiB")
    lines.append(f"System: {platform.system()} {platform.release()}, {platform.machine()}")
    return lines
