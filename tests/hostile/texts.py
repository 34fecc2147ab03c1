"""Ways to spoil bytes, texts and tables.

Here: mutations of a whole file's bytes and of delimited text. Not here: JSON, workbooks and archives (`documents`).
Every mutation takes the content and a random generator, and gives the same for the same seed.
"""

import csv
import io
import random
from collections.abc import Callable

Mutation = Callable[[bytes, random.Random], bytes]

# Texts that stand where a figure stood. Some are numbers in a spelling that no publisher uses, some are none, and all must
# either be published as the number they are or not at all.
FIGURES = (
    "1e400", "-1e400", "1e308", "1e-400", "9" * 40, "NaN", "nan", "-NaN", "Infinity", "-inf", "inf", "-0", "-0.0", "0x1F",
    "0x7E3", "0b11", "0o7", "1_000", "1__0", "１２３", "٣٤٥", "१२३", "๑", "²", "½", "Ⅻ", "12٫5", "1,234", "1.234,5", "1,234.5",
    "1 234", "1\u00a0234", "1\u202f234", "1'234", "12,5", "12,345", "1,23,456", "1e", "1e5.5", "--5", "+5", "5-", "(5)",
    "5%", "$5", "1/2", "TRUE", "null", "None", "#N/A", "#REF!", "=1+1", "'5", "\u200b5", "5\u200b", "\ufeff5", "−5", "1.",
    ".5", "..5", "43831", "43831.5", "2019-01-01", "12\n34", "12\r34", " 5 ", "\t5", "5\u00a0", "1j", "1e3", "1E+3", "007", "NA",
    "~", "..", ":", "—", "", " ", "1;2", "1\t2", "12 b", "5 million", "5 zillion", "USD 5",
    "1" * 400, "0." + "3" * 400, "1\x1b[2J", "\x7f", "🇰🇿",
)  # fmt: skip
_TEXTS = (
    "", " ", "KAZ", "kaz", "ZZZ", "Қазақстан", "2019", "1949", "2101", "0x7E3", "２０１９", "2019.0", "43831", "20190", "-2019",
    "a" * 70_000, "a;b=c", "x=y;z", "=cmd|' /C calc'!A0", "../../etc/passwd", "'; DROP TABLE observations; --", "\x1b]0;x\x07",
    "2O19", "\u202egnp", "\ud7ff", "#tag", "#", "%", "NULL", "\ufeff", "\u2028", "é" * 300, "{indicator}", "{", "}", '"', '""',
)  # fmt: skip


def _at(content: bytes, chance: random.Random) -> int:
    return chance.randrange(len(content) + 1)


def truncated(content: bytes, chance: random.Random) -> bytes:
    """The file up to anywhere, as a broken download leaves it."""
    return content[: _at(content, chance)]


def truncated_at_the_end(content: bytes, chance: random.Random) -> bytes:
    """The file without its last few characters."""
    return content[: -chance.randint(1, min(40, len(content)))]


def flipped(content: bytes, chance: random.Random) -> bytes:
    """Up to 16 bits are wrong."""
    data = bytearray(content)
    for _ in range(chance.randint(1, 16)):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(data)


def overwritten(content: bytes, chance: random.Random) -> bytes:
    """A stretch of arbitrary bytes."""
    at, length = _at(content, chance), chance.randint(1, 64)
    return content[:at] + chance.randbytes(length) + content[at + length :]


def with_nul(content: bytes, chance: random.Random) -> bytes:
    """NUL bytes somewhere, as a crash of the machine leaves them."""
    at = _at(content, chance)
    return content[:at] + b"\x00" * chance.randint(1, 5000) + content[at:]


def without_a_stretch(content: bytes, chance: random.Random) -> bytes:
    """Something in the middle is gone."""
    first, last = sorted((_at(content, chance), _at(content, chance)))
    return content[:first] + content[last:]


def with_a_stretch_twice(content: bytes, chance: random.Random) -> bytes:
    """Something in the middle stands twice."""
    first, last = sorted((_at(content, chance), _at(content, chance)))
    return content[:last] + content[first:]


def with_a_stray_character(content: bytes, chance: random.Random) -> bytes:
    """A quote, a delimiter, a line end, a control character where none belongs."""
    at = _at(content, chance)
    strays = (
        b'"',
        b'"',
        b"'",
        b",",
        b"\t",
        b";",
        b"\n",
        b"\r",
        b"\x1a",
        b"\x0b",
        b"\x0c",
        b"\xff",
        b"\xc2",
        b"\xe2\x80",
        b"\\",
        b"<",
    )
    return content[:at] + chance.choice(strays) * chance.randint(1, 3) + content[at:]


def in_another_encoding(content: bytes, chance: random.Random) -> bytes:
    """The text as another program would save it."""
    text = content.decode("utf-8-sig")
    name = chance.choice(("utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1251", "latin-1", "utf-7", "koi8-r", "cp1252"))
    return text.encode(name, errors="replace")


def in_two_encodings(content: bytes, chance: random.Random) -> bytes:
    """The first lines in one encoding, the others in another, as when two files were put together."""
    lines = content.decode("utf-8-sig").splitlines(keepends=True)
    at = chance.randrange(len(lines) + 1)
    other = chance.choice(("cp1251", "utf-16-le", "latin-1"))
    return "".join([*lines[:at], "é,ү\n"]).encode() + "".join(lines[at:]).encode(other, errors="replace")


def with_byte_order_marks(content: bytes, chance: random.Random) -> bytes:
    """One byte order mark too many, or one in the middle."""
    mark = b"\xef\xbb\xbf"
    at = chance.choice((0, 0, _at(content, chance)))
    return mark * chance.randint(1, 2) + content[:at] + mark + content[at:]


def an_error_page(content: bytes, chance: random.Random) -> bytes:  # noqa: ARG001 - a page has nothing of the file
    """What a server answers instead of the file."""
    pages = (
        b"<!DOCTYPE html>\n<html><head><title>503 Service Unavailable</title></head><body>\n</body></html>\n",
        b'{"message": "Rate limit exceeded", "statusCode": 429}',
        b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>",
        b"",
        b"\n\n\n",
        b"404: Not Found",
        b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n",
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj",
        b"\x1f\x8b\x08\x00\x00\x00\x00\x00",
        b"PK\x03\x04",
        b"PK\x05\x06" + b"\x00" * 18,
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 512,
        b"SQLite format 3\x00",
    )
    return chance.choice(pages)


BYTES: tuple[Mutation, ...] = (
    truncated,
    truncated_at_the_end,
    flipped,
    overwritten,
    with_nul,
    without_a_stretch,
    with_a_stretch_twice,
    with_a_stray_character,
    an_error_page,
)
TEXTS: tuple[Mutation, ...] = (in_another_encoding, in_two_encodings, with_byte_order_marks)


# Tables


def delimiter_of(text: str) -> str:
    """What separates the fields of a table: a tab, a comma or a semicolon."""
    return max("\t,;", key=text[:2000].count)


class _Table:
    """A delimited text taken apart and put together again."""

    def __init__(self, content: bytes) -> None:
        text = content.decode("utf-8-sig")
        self.delimiter = delimiter_of(text)
        self.rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=self.delimiter))
        self.header = next((n for n, row in enumerate(self.rows) if len(row) > 2), 0)

    def row(self, chance: random.Random) -> int:
        """Any row below the header."""
        return chance.randrange(self.header + 1, len(self.rows)) if len(self.rows) > self.header + 1 else self.header

    def column(self, chance: random.Random) -> int:
        """Any column of the header."""
        return chance.randrange(max(1, len(self.rows[self.header])))

    def written(self, end: str = "\n") -> bytes:
        """The table as text."""
        text = io.StringIO(newline="")
        csv.writer(text, delimiter=self.delimiter, lineterminator=end).writerows(self.rows)
        return text.getvalue().encode(errors="surrogatepass")


def _numeric(cell: str) -> bool:
    return any(digit in cell for digit in "0123456789") and not any(letter.isalpha() for letter in cell)


def with_another_figure(content: bytes, chance: random.Random) -> bytes:
    """Something else stands where a figure stood."""
    table = _Table(content)
    places = [(r, c) for r in range(table.header + 1, len(table.rows)) for c, cell in enumerate(table.rows[r]) if _numeric(cell)]
    for r, c in chance.sample(places, min(len(places), chance.randint(1, 6))):
        table.rows[r][c] = chance.choice(FIGURES)
    return table.written()


def with_figures_cut(content: bytes, chance: random.Random) -> bytes:
    """Figures lack their last digits, gain some, or lost their sign."""
    table = _Table(content)
    for row in table.rows[table.header + 1 :]:
        for c, cell in enumerate(row):
            if _numeric(cell) and chance.random() < 0.2:
                row[c] = chance.choice((cell[:-1], cell + "0", "-" + cell, cell.replace(".", ","), cell[::-1]))
    return table.written()


def with_other_text(content: bytes, chance: random.Random) -> bytes:
    """Something else stands in any cell, the headings' too."""
    table = _Table(content)
    for _ in range(chance.randint(1, 4)):
        row = table.rows[chance.randrange(len(table.rows))]
        if row:
            row[chance.randrange(len(row))] = chance.choice(_TEXTS)
    return table.written()


def with_columns_swapped(content: bytes, chance: random.Random) -> bytes:
    """Two columns change places: with their headings, without them, or in some rows alone."""
    table = _Table(content)
    one, other, how = table.column(chance), table.column(chance), chance.randrange(3)
    for number, row in enumerate(table.rows[table.header :]):
        if (how == 1 and number == 0) or (how == 2 and (number == 0 or chance.random() < 0.5)):
            continue
        if max(one, other) < len(row):
            row[one], row[other] = row[other], row[one]
    return table.written()


def without_a_column(content: bytes, chance: random.Random) -> bytes:
    """A column is gone, or its heading alone."""
    table = _Table(content)
    column, only_heading = table.column(chance), chance.random() < 0.3
    for row in table.rows[table.header :][: 1 if only_heading else None]:
        del row[column : column + 1]
    return table.written()


def with_a_column_twice(content: bytes, chance: random.Random) -> bytes:
    """A column stands twice, or two columns have one heading."""
    table = _Table(content)
    one, other, only_heading = table.column(chance), table.column(chance), chance.random() < 0.5
    if only_heading:
        table.rows[table.header][other] = table.rows[table.header][one]
    else:
        for row in table.rows[table.header :]:
            row.insert(other, row[one] if one < len(row) else "")
    return table.written()


def with_rows_shifted(content: bytes, chance: random.Random) -> bytes:
    """Rows moved by a column: with a field too many or too few, or cut at the last one."""
    table = _Table(content)
    for _ in range(chance.randint(1, 3)):
        row = table.rows[table.row(chance)]
        at, how = chance.randrange(len(row) + 1), chance.randrange(3)
        if how == 0:
            row.insert(at, "")
        elif how == 1:
            del row[at : at + 1]
        else:
            row[:] = [*row[1:], *row[:1]] if chance.random() < 0.5 else ["", *row[:-1]]
    return table.written()


def with_rows_in_disorder(content: bytes, chance: random.Random) -> bytes:
    """Rows in another order, some twice, some gone, the header among them perhaps."""
    table = _Table(content)
    first = table.header + 1 if chance.random() < 0.8 else 0
    rows = table.rows[first:]
    chance.shuffle(rows)
    table.rows[first:] = [*rows[chance.randrange(len(rows) + 1) :], *chance.choices(rows or [[""]], k=chance.randint(0, 5))]
    return table.written()


def with_an_odd_cell(content: bytes, chance: random.Random) -> bytes:
    """A cell with line ends, quotes or a hundred thousand characters in it."""
    table = _Table(content)
    row = table.rows[table.row(chance)]
    cells = ("two\nlines", "two\r\nlines", 'a "quoted" word', "x" * 200_000, ",".join("abc"), '"', "\n" * 50, "=1+1")
    if row:
        row[chance.randrange(len(row))] = chance.choice(cells)
    return table.written(chance.choice(("\n", "\r\n", "\r")))


def with_an_open_quote(content: bytes, chance: random.Random) -> bytes:
    """A quote that is opened at the beginning of a field and never closed."""
    lines = content.split(b"\n")
    line = chance.randrange(len(lines))
    fields = lines[line].split(b",")
    field = chance.randrange(len(fields))
    fields[field] = b'"' + fields[field].lstrip(b'"')
    lines[line] = b",".join(fields)
    return b"\n".join(lines)


def with_many_columns(content: bytes, chance: random.Random) -> bytes:
    """Thousands of columns beside the right ones."""
    table = _Table(content)
    more = chance.choice((1, 500, 5000))
    for number, row in enumerate(table.rows[table.header :]):
        row.extend([f"c{n}" for n in range(more)] if number == 0 else [""] * more)
    return table.written()


def as_other_delimited_text(content: bytes, chance: random.Random) -> bytes:
    """The table as another program writes it: other delimiters, line ends, quotes, blanks before fields."""
    table = _Table(content)
    text, end = io.StringIO(newline=""), chance.choice(("\n", "\r\n", "\r", "\n\n"))
    mark = chance.choice((",", ";", "\t", "|"))
    csv.writer(text, delimiter=mark, lineterminator=end, quoting=chance.choice((csv.QUOTE_ALL, csv.QUOTE_MINIMAL))).writerows(
        [[f" {cell}" if chance.random() < 0.1 else cell for cell in row] for row in table.rows]
    )
    return text.getvalue().encode()


def with_a_short_last_record(content: bytes, chance: random.Random) -> bytes:
    """The last record ends in the middle: a field is missing at least."""
    lines = content.rstrip(b"\r\n").split(b"\n")
    mark = max((b"\t", b",", b";"), key=lines[-1].count)
    return b"\n".join([*lines[:-1], lines[-1][: lines[-1].rfind(mark)][: None if chance.random() < 0.5 else -1]])


TABLES: tuple[Mutation, ...] = (
    with_another_figure,
    with_another_figure,
    with_another_figure,
    with_figures_cut,
    with_other_text,
    with_other_text,
    with_columns_swapped,
    without_a_column,
    with_a_column_twice,
    with_rows_shifted,
    with_rows_in_disorder,
    with_an_odd_cell,
    with_an_open_quote,
    with_many_columns,
    as_other_delimited_text,
    with_a_short_last_record,
)
