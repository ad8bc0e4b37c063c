# SPDX-License-Identifier: Apache-2.0
"""Tables that nobody would send on purpose, and one that is good."""

import random

SPECIES = ["ant", "bee", "cat"]


def good(rows=60, seed=1):
    """Numbers, a category, a date, a number to predict and a class to predict."""
    source = random.Random(seed)
    lines = ["x,z,city,day,price,kind"]
    for row in range(rows):
        x, z = source.uniform(-3, 3), source.gauss(10, 4)
        kind = SPECIES[(x > -1) + (x > 1)]
        city = source.choice(["Bonn", "Köln", "Ulm"])
        lines.append(f"{x:.3f},{z:.3f},{city},2024-01-{row % 28 + 1:02d},{2 * x - z:.3f},{kind}")
    return "\n".join(lines) + "\n"


def _rows(header, row, count=20):
    return header + "\n" + (row + "\n") * count


def _with(column, value, rows=30):
    """The good table with something else in all rows of a column."""
    lines = [line.split(",") for line in good(rows).splitlines()]
    place = lines[0].index(column)
    for number, line in enumerate(lines[1:]):
        line[place] = value(number) if callable(value) else value
    return "\n".join(map(",".join, lines)) + "\n"


def tables():
    """Names and contents."""
    text = {
        "header-only.csv": "x,z,city,day,price,kind\n",
        "one-row.csv": good(1),
        "two-rows.csv": good(2),
        "no-newline.csv": good(5).rstrip("\n"),
        "blank-lines.csv": "\n" * 1000,
        "blanks.csv": " \t \n" * 100,
        "comments.csv": "# nothing\n" * 50,
        "separators.csv": ",,,,,\n" * 50,
        "byte-order-mark.csv": "\ufeff",
        "carriage-returns.csv": good(9).replace("\n", "\r"),
        "wide.csv": ",".join(f"c{i}" for i in range(100_000)) + "\n" + ",".join(["1"] * 100_000) + "\n",
        "wide-header.csv": ",".join(f"c{i}" for i in range(100_000)) + "\n",
        "wide-line.csv": good(5) + "1" * 3_000_000 + "\n",
        "long-name.csv": "n" * 200_000 + ",price,kind\n" + "1,2,ant\n" * 20,
        "long-number.csv": _with("x", "9" * 100_000, 5),
        "many-rows.csv": "x,price,kind\n" + "".join(
            f"{i % 7},{i % 5},{SPECIES[i % 3]}\n" for i in range(50_000)),
        "infinite.csv": _with("x", lambda n: ["inf", "-inf", "NaN", "nan", "1e999"][n % 5]),
        "huge.csv": _with("x", lambda n: f"{n}e300") ,
        "tiny.csv": _with("x", lambda n: f"{n}e-320"),
        "huge-target.csv": _with("price", lambda n: f"{n}e300"),
        "infinite-target.csv": _with("price", "inf"),
        "missing-target.csv": _with("price", ""),
        "missing-kind.csv": _with("kind", ""),
        "constant.csv": _rows("x,z,city,day,price,kind", "1,1,Ulm,2024-01-01,1,ant"),
        "empty-fields.csv": _rows("x,z,city,day,price,kind", ",,,,,"),
        "one-column.csv": _rows("price", "1"),
        "one-class.csv": _with("kind", "ant"),
        "all-different.csv": _with("city", lambda n: f"town {n}"),
        "many-classes.csv": _with("kind", lambda n: f"class {n}", 1500),
        "classes-1e9.csv": _with("kind", lambda n: str(n * 10**9)),
        "twice.csv": good(9).replace("x,z,", "x,x,"),
        "no-names.csv": _rows(",,,,,", "1,2,3,4,5,6"),
        "ragged.csv": good(9) + "1,2\n" + "1,2,3,4,5,6,7,8\n",
        "open-quote.csv": good(9) + '"1,2,3\n' * 100,
        "open-quote-first.csv": '"x,price\n1,2\n',
        "quotes.csv": '"' * 100_001,
        "quote-within.csv": 'a"b,price\n1"2,3\n',
        "controls.csv": _with("city", "\x1b[2J\x07\x7f"),
        "control-names.csv": good(9).replace("city", "\x1b]0;title\x07").replace("day", "\u202eyad"),
        "marks.csv": _with("city", "e\u0301" * 200),
        "dates.csv": _with("day", lambda n: ["0000-00-00", "99999-99-99", "2024-02-30", "-1"][n % 4]),
        "decimal-commas.csv": good(9).replace(",", ";").replace(".", ","),
        "separator-line.csv": "sep=\n" + good(3),
        "formula.csv": _with("city", "=cmd|' /C calc'!A0"),
        "numbers.csv": _with("x", lambda n: ["0x10", "1_000", "+-1", "1e", "٣", "1,", "--", "."][n % 8]
                             .replace(",", "")),
    }
    found = {name: content.encode() for name, content in text.items()}
    found["nul.csv"] = good(5).encode() + b"1,\0,\0\0,4,5,6\n"
    found["nul-only.csv"] = b"\0" * 10_000
    found["not-utf-8.csv"] = good(5).encode() + b"1,2,\xff\xfe\xc3,4,5,6\n"
    found["not-utf-8-name.csv"] = good(5).encode().replace(b"city", b"c\xe9ty")
    found["utf-16.csv"] = good(5).encode("utf-16")
    found["bytes.csv"] = random.Random(2).randbytes(60_000)
    return found
