# SPDX-License-Identifier: Apache-2.0
"""The parts of `compare` about networks beyond dense layers: steps, what they are made of, and a
prediction; how their time grows with the batch, and what memory they take."""

import re
import statistics

from contenders import Peer, Pullback
from figures import compared, duration, fastest, note, pair, ratio, table, take_turns

PART = "networks"
NETWORKS = ["cnn28", "cnn8", "resnet", "gpt", "lstm", "mlpnorm", "swarm"]
# The name ends in f for the function and fb for its gradients.
ROWS = (
    [(f"step {name}", f"network {name}") for name in NETWORKS]
    + [(f"{name}-{end}", f"operation {name}{flag}")
       for name in ("conv", "softmax", "layernorm", "attention", "longAttention")
       for end, flag in (("f", ""), ("fb", " --gradient"))]
    + [("predict-cnn28", "predict --convolutional --batch 1"),
       ("predict-cnn28, recorded", "predict --convolutional --batch 1 --recorded")])
PEERS = ("torch", "torch.compile", "jax", "onnxruntime")
# Bits must be the same with each of these numbers of threads.
THREADS = (1, 2, 3, 7)
GROWING, BATCHES = ("cnn28", "gpt"), (64, 128, 256, 512, 1024)


def is_wanted(part, options):
    """A part is chosen by its own name or that of all of them."""
    return re.search(options.rows, f"{PART}: {part}")


def compare(threads, options, checksums, short):
    """One table: all rows at one number of threads."""
    chosen = [row for row in ROWS if is_wanted(row[0], options)]
    if not chosen:
        return
    ours, (figures, names) = Pullback(options.pullback, threads), compared(options)
    peers = [Peer(options.python, name, threads)
             for name in options.peers.split(",") if name in PEERS]
    present, rows, missing = [peer for peer in peers if not peer.missing], [], []
    for name, work in chosen:
        note(f"{threads} threads: {name}")
        times = take_turns([ours] + present, work, options)
        own = times["pullback"]
        checksums.setdefault(name, set()).update(own.values("checksum"))
        missing += [f"{peer}, {name}: {found.missing}" for peer, found in times.items()
                    if found.missing and "NotImplementedError" not in found.missing]
        speed = own.values("gflops")
        row = [name, pair(own, figures)]
        ratios = [ratio(times, figure) for figure in figures]
        rows.append(row + [pair(times[peer.name], figures) for peer in present] + ratios
                    + [f"{max(speed):.0f}" if speed else "", f"{max(own.values('peak_gflops')):.0f}"])
        short[name] = [*row, fastest(times, figures), *ratios]
    for peer in peers:
        peer.close()
    print(f"## Networks, {threads} thread{'s' if threads > 1 else ''} ({' / '.join(names)})\n")
    table(["work", "Pullback"] + [f"{peer.name} {peer.version}" for peer in present]
          + [f"ratio {name}" for name in names] + ["GFLOP/s", "peak"], rows)
    for line in missing + [f"{peer.name}: {peer.missing}" for peer in peers if peer.missing]:
        print(f"- missing: {line}")
    for peer in present:
        print(f"- {peer.name} {peer.version}: {peer.runs_on}")
    for peer in peers[:1]:
        print("- dropped from the peers' environment: " + (", ".join(peer.dropped) or "nothing"))
    print()


def own_figures(options, checksums):
    """What has no peer."""
    bits(options, checksums)
    growing = [name for name in GROWING if is_wanted(f"growth of {name}", options)]
    if growing:
        growth(growing, max(options.threads), options)
    works = [(name, "") for name in NETWORKS]
    works += [(name, f" --batch {BATCHES[-1]}") for name in (*GROWING, "lstm")]
    works = [work for work in works if is_wanted(f"memory of {work[0]}", options)]
    if works:
        memory(works, max(options.threads), options)


def bits(options, checksums):
    """Adds the checksums of all rows at numbers of threads that nothing is timed with."""
    for name, work in ROWS:
        if not is_wanted(name, options):
            continue
        note(f"{', '.join(map(str, THREADS))} threads: bits of {name}")
        for threads in THREADS:
            found = Pullback(options.pullback, threads).measure(work, 0.01)
            checksums.setdefault(name, set()).add(found["checksum"])


def growth(names, threads, options):
    """The time of an example, which should be the same in every batch."""
    ours, rows, spread = Pullback(options.pullback, threads), [], []
    for name in names:
        each = []
        for batch in BATCHES:
            note(f"{threads} threads: {name}, batch {batch}")
            found = [ours.measure(f"network {name} --batch {batch}", options.seconds)
                     for _ in range(options.rounds)]
            best = min(line["best_us"] for line in found)
            median = statistics.median(line["median_us"] for line in found)
            each.append(best / batch)
            rows.append([name, str(batch), duration(best), duration(median),
                         f"{best / batch:.1f} µs", f"{median / batch:.1f} µs"])
        spread.append(f"{name} {max(each) / min(each):.2f}")
    print(f"## Networks and their batch, threads: {threads}\n")
    table(["network", "batch", "best", "median", "best per example", "median per example"], rows)
    print(f"The slowest example takes, times the fastest (best): {', '.join(spread)}.\n")


def memory(works, threads, options):
    """The most memory of a process that trains, beside what a step needs."""
    ours, rows = Pullback(options.pullback, threads), []
    for name, batch in works:
        note(f"{threads} threads: memory of {name}{batch}")
        found = ours.lines(f"network {name}{batch} --memory", options.seconds)[0]
        parts = ["parameters", "optimizer_state", "batch", "kept_activations", "needed", "arena",
                 "before", "peak", "program_pages"]
        rows.append([f"{name}, batch {found['batch_size']}"]
                    + [f"{found[f'{part}_bytes'] / 2 ** 20:.2f}" for part in parts]
                    + [f"{found['ratio']:.2f}"])
    print(f"## Networks and their memory, MiB, threads: {threads}\n")
    table(["network", "parameters", "optimizer state", "batch", "kept activations", "needed",
           "plan's buffers", "process before", "process at most", "pages of the program",
           "growth / needed"], rows)
    print("Needed is the sum of the four before it; kept activations are the buffers of the plan that the "
          "backward pass reads; all its buffers stand beside them. Growth is what the process took from before the "
          "network was made, without pages of the program, which it reads when they are first needed.\n")
