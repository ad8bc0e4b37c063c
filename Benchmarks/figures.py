# SPDX-License-Identifier: Apache-2.0
"""Turns of several contenders on one piece of work, and how their figures are written."""

import sys
import time

from contenders import Times

START = time.perf_counter()


def compared(options):
    """Which figures of the contenders are compared, and what the tables call them."""
    if options.busy:
        return ("mean_us", "percentile99_us"), ["mean", "99%"]
    return ("best_us", "median_us"), ["best", "median"]


def note(text):
    print(f"[{time.perf_counter() - START:5.0f} s] {text}", file=sys.stderr, flush=True)


def take_turns(contenders, work, options):
    """Each contender in each round, in an order that shifts by one from round to round."""
    times = {contender.name: Times() for contender in contenders}
    for turn in range(options.rounds):
        shift = turn % len(contenders)
        for contender in contenders[shift:] + contenders[:shift]:
            if times[contender.name].missing is None:
                times[contender.name].add(contender.measure(work, options.seconds))
                # Threads of the one before must be asleep.
                time.sleep(0.02)
    return times


def duration(microseconds):
    if microseconds is None:
        return ""
    for unit, scale in (("µs", 1), ("ms", 1e3), ("s", 1e6)):
        if microseconds < 1000 * scale or unit == "s":
            value = microseconds / scale
            return f"{value:.{2 if value < 10 else 1 if value < 100 else 0}f} {unit}"
    return ""


def pair(times, figures):
    values = [times.figure(name) for name in figures]
    return " / ".join(map(duration, values)) if values[0] is not None else "-"


def ratio(times, name):
    ours = times["pullback"].figure(name)
    theirs = [other.figure(name) for peer, other in times.items() if peer != "pullback"]
    theirs = [value for value in theirs if value is not None]
    return f"{min(theirs) / ours:.2f}" if theirs else "-"


def fastest(times, figures):
    """The fastest peer and its figures; two peers where one has the best, another the median."""
    found = []
    for figure in figures:
        peers = [(other.figure(figure), peer) for peer, other in times.items()
                 if peer != "pullback" and other.figure(figure) is not None]
        if not peers:
            return "-"
        found.append(min(peers))
    (first, name), (second, other) = found
    return (f"{name} {duration(first)} / "
            + (f"{other} " if other != name else "") + duration(second))


def table(header, rows, file=None):
    print("| " + " | ".join(header) + " |", file=file)
    print("| --- |" + " ---: |" * (len(header) - 1), file=file)
    for row in rows:
        print("| " + " | ".join(row) + " |", file=file)
    print(file=file)
