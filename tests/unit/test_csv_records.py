"""CSV files become numbered records: every field as it stands, every record accounted for.

Here: quoting, widths, numbering across batches, encoding. Not here: what any column means.
"""

import csv
import io
import random
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from edumig_pipeline.sources.reading import csv_records
from edumig_pipeline.sources.reading.csv_records import read_csv
from edumig_pipeline.sources.reading.records import Batch, Malformed, RefusedError, unique_names

HEADER = ("a", "b")
READ_AT_ONCE = 1 << 22  # bytes the check of the encoding looks at in one go


class Read(NamedTuple):
    """What a file yielded, batches put together."""

    records: dict[int, tuple[str, ...]]
    malformed: dict[int, Malformed]
    excluded: dict[int, str]
    batches: int


def read(folder: Path, content: str | bytes, header: tuple[str, ...] = HEADER) -> Read:
    path = folder / "table.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return together(list(read_csv(path, header)), header)


def together(batches: Sequence[Batch], header: tuple[str, ...]) -> Read:
    """All batches as one; a number that comes twice fails the test."""
    records: dict[int, tuple[str, ...]] = {}
    excluded: dict[int, str] = {}
    malformed: dict[int, Malformed] = {}
    for batch in batches:
        numbers = batch.records["raw_row"].to_list()
        assert numbers == sorted(numbers)
        for number, row, reason in zip(numbers, batch.records.select(header).rows(), batch.records["exclusion"], strict=True):
            assert number not in records
            records[number] = row
            if reason is not None:
                excluded[number] = reason
        for bad in batch.malformed:
            assert bad.raw_row not in malformed
            malformed[bad.raw_row] = bad
    assert not records.keys() & malformed.keys()
    return Read(records, malformed, excluded, len(batches))


# Numbering


def test_records_are_numbered_from_one_after_the_header(tmp_path: Path) -> None:
    assert read(tmp_path, "a,b\n1,2\n3,4\n").records == {1: ("1", "2"), 2: ("3", "4")}


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_line_ends_are_no_part_of_a_field(tmp_path: Path, end: str) -> None:
    found = read(tmp_path, end.join(["a,b", "1,2", "3", "5,6", ""]))
    assert found.records == {1: ("1", "2"), 3: ("5", "6")}
    assert found.malformed[2].text == "3"


def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path: Path) -> None:
    assert read(tmp_path, b"\xef\xbb\xbfa,b\n1,2\n").records == {1: ("1", "2")}


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_blank_lines_are_no_records(tmp_path: Path, end: str) -> None:
    found = read(tmp_path, end.join(["a,b", "", "1,2", "", "", "3", "", "5,6", "", ""]))
    assert found.records == {1: ("1", "2"), 3: ("5", "6")}
    assert list(found.malformed) == [2]


def test_the_last_record_needs_no_final_newline(tmp_path: Path) -> None:
    assert read(tmp_path, "a,b\n1,2\n3,4").records == {1: ("1", "2"), 2: ("3", "4")}
    assert read(tmp_path, "a,b\n1,2\n3").malformed[2].text == "3"


@pytest.mark.parametrize("text", ["a,b\n", "a,b\r\n", "a,b"], ids=["LF", "CRLF", "no final newline"])
def test_a_file_with_only_a_header_has_no_records(tmp_path: Path, text: str) -> None:
    found = read(tmp_path, text)
    assert (found.records, found.malformed) == ({}, {})


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="csv_syntax"):
        read(tmp_path, "")


def test_records_carry_the_columns_every_batch_has(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    (batch,) = read_csv(path, HEADER)
    assert {name: str(dtype) for name, dtype in batch.records.schema.items()} == {
        "a": "String",
        "b": "String",
        "raw_row": "Int32",
        "raw_column": "String",
        "exclusion": "String",
    }
    assert batch.records["raw_column"].to_list() == [None]


def test_columns_keep_the_order_of_the_file(tmp_path: Path) -> None:
    assert read(tmp_path, "b,a\n1,2\n", header=("b", "a")).records == {1: ("1", "2")}


# Headings


def test_columns_with_blank_or_repeated_headings_are_told_apart_by_their_place(tmp_path: Path) -> None:
    header = ("geo", "", "sex", "Sex", "", "geo", "column 2")
    path = tmp_path / "table.csv"
    path.write_text(",".join(header) + "\nAT,Austria,F,Female,x,y,z\n", encoding="utf-8")
    (batch,) = read_csv(path, header)
    assert batch.records.row(0, named=True) == {
        "geo": "AT",
        "column 2": "Austria",
        "sex": "F",
        "Sex": "Female",
        "column 5": "x",
        "geo (column 6)": "y",
        "column 2 (column 7)": "z",
        "raw_row": 1,
        "raw_column": None,
        "exclusion": None,
    }


def test_a_repeated_header_is_known_by_its_headings_not_by_our_names_for_them(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("a,,a\n1,2,3\na,,a\na,column 2,a (column 3)\n", encoding="utf-8")
    (batch,) = read_csv(path, ("a", "", "a"))
    assert batch.records["exclusion"].to_list() == [None, "repeated header", None]


@pytest.mark.parametrize("header", [(), ("a",), ("", ""), ("a", "a", "a"), (" ", "column 1"), ("x", "x (column 2)", "x")])
def test_names_of_columns_are_unique_and_never_blank(header: tuple[str, ...]) -> None:
    names = unique_names(header)
    assert len(set(names)) == len(names) == len(header)
    assert all(name.strip() for name in names)


# Fields


def test_fields_keep_quoted_line_breaks_commas_and_doubled_quotes(tmp_path: Path) -> None:
    found = read(tmp_path, 'a,b\n"x\ny","say ""hi"", twice"\n"p\r\nq",""""\n1,2\n')
    assert found.records == {1: ("x\ny", 'say "hi", twice'), 2: ("p\r\nq", '"'), 3: ("1", "2")}


@pytest.mark.parametrize("text", ["x" * 200_000, "a line\n" * 30_000, 'say "x" ' * 30_000], ids=["word", "lines", "quotes"])
def test_a_field_may_be_as_long_as_a_page(tmp_path: Path, text: str) -> None:
    doubled = text.replace('"', '""')
    assert read(tmp_path, f'a,b\n"{doubled}",2\n3,"{doubled}"\n').records == {1: (text, "2"), 2: ("3", text)}


@pytest.mark.parametrize("text", ['5" disk', 'x"y"z"'])
def test_a_quote_within_an_unquoted_field_is_a_character(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, f"a,b\n1,{text}\n{text},2\n3,{text}\n").records == {1: ("1", text), 2: (text, "2"), 3: ("3", text)}


def test_a_record_over_several_lines_counts_once(tmp_path: Path) -> None:
    found = read(tmp_path, 'a,b\n"1\n1\n1",2\n"q\nr"\n3,4\n')
    assert list(found.records) == [1, 3]
    assert found.malformed[2].text == '"q\nr"'


MISSING_ELSEWHERE = ("NA", "null", "None", "N/A", "", "NULL", "nan", "NaN", "#N/A", "-", "true", "2019-01-01", "007", " x ")


@pytest.mark.parametrize("text", MISSING_ELSEWHERE)
def test_every_field_is_text_as_it_stands(tmp_path: Path, text: str) -> None:
    found = read(tmp_path, f'a,b\n{text},1\n2,{text}\n"{text}","{text}"\n')
    assert found.records == {1: (text, "1"), 2: ("2", text), 3: (text, text)}


def test_a_column_of_nothing_but_missing_marks_is_text_too(tmp_path: Path) -> None:
    assert read(tmp_path, "a,b\nNA,\nNA,\n").records == {1: ("NA", ""), 2: ("NA", "")}


# Records left out, and records that are none


def test_a_repeated_header_is_excluded_and_numbered(tmp_path: Path) -> None:
    found = read(tmp_path, 'a,b\n1,2\na,b\n3,4\n"a","b"\na,c\n')
    assert found.excluded == {2: "repeated header", 4: "repeated header"}
    assert list(found.records) == [1, 2, 3, 4, 5]


def test_a_header_repeated_in_other_letters_or_with_a_byte_order_mark_is_one(tmp_path: Path) -> None:
    found = read(tmp_path, "a,b\n1,2\nA,B\n3,4\n\ufeffa, b\n5,6\nA,6\n")
    assert found.excluded == {2: "repeated header", 4: "repeated header"}
    assert found.records[6] == ("A", "6"), "one name of two repeats nothing"


def test_hxl_tags_are_excluded_below_a_header_and_nowhere_else(tmp_path: Path) -> None:
    found = read(tmp_path, "a,b\n#code,\n1,2\na,b\n,#value\n3,4\n#5,#6\na,b\n")
    assert found.excluded == {1: "row of HXL tags", 3: "repeated header", 4: "row of HXL tags", 7: "repeated header"}
    assert found.records[6] == ("#5", "#6")


def test_too_many_or_too_few_fields_are_malformed_with_number_and_text(tmp_path: Path) -> None:
    found = read(tmp_path, 'a,b\n1,2\nonly one\n3,4\n5,6,"sieben ü"\n7,8\n')
    assert list(found.records) == [1, 3, 5]
    assert list(found.malformed.values()) == [
        Malformed(2, "record_width", "1 fields where the header has 2", "only one"),
        Malformed(4, "record_width", "3 fields where the header has 2", '5,6,"sieben ü"'),
    ]


def test_a_file_of_nothing_but_malformed_records_yields_them_all(tmp_path: Path) -> None:
    found = read(tmp_path, "a,b\n1\n2\n3,3,3\n")
    assert found.records == {}
    assert list(found.malformed) == [1, 2, 3]


# Several batches


def widths(pattern: str, repeat: int) -> list[tuple[str, ...]]:
    """Rows of a pattern: g a good one, s one too short, l one too long; each row says its number."""
    fields = {"g": 2, "s": 1, "l": 3}
    return [tuple(f"{number:04}" for _ in range(fields[kind])) for number, kind in enumerate(pattern * repeat, start=1)]


PATTERNS = ("g", "gs", "sg", "ggs", "sgg", "gssl", "gggggl", "sssssssg", "gggggggs", "ssssssssssssssssssssggggl")


@pytest.mark.parametrize("block", range(20, 64, 7))
@pytest.mark.parametrize("pattern", PATTERNS)
def test_numbers_hold_over_batches_wherever_malformed_records_stand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pattern: str, block: int
) -> None:
    monkeypatch.setattr(csv_records, "_BLOCK", block)
    rows = widths(pattern, 1 + 40 // len(pattern))
    found = read(tmp_path, "".join(f"{','.join(row)}\n" for row in [HEADER, *rows]))
    assert found.batches > 2
    assert found.records == {number: row for number, row in enumerate(rows, start=1) if len(row) == len(HEADER)}
    assert {number: bad.text for number, bad in found.malformed.items()} == {
        number: ",".join(row) for number, row in enumerate(rows, start=1) if len(row) != len(HEADER)
    }


def test_batches_come_in_file_order_malformed_records_no_later_than_their_successors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_records, "_BLOCK", 32)
    path = tmp_path / "table.csv"
    path.write_text("".join(f"{','.join(row)}\n" for row in [HEADER, *widths("ggs", 20)]), encoding="utf-8")
    spans = [[*batch.records["raw_row"], *(bad.raw_row for bad in batch.malformed)] for batch in read_csv(path, HEADER)]
    flat = [number for span in spans for number in sorted(span)]
    assert flat == list(range(1, 61))


def test_a_record_longer_than_a_batch_is_refused_not_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_records, "_BLOCK", 16)
    with pytest.raises(RefusedError, match="csv_syntax"):
        read(tmp_path, f'a,b\n1,2\n3,"{"x" * 80}"\n5,6\n')


@pytest.mark.parametrize("shift", range(24))
def test_a_quoted_line_break_stays_whole_wherever_a_batch_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shift: int
) -> None:
    monkeypatch.setattr(csv_records, "_BLOCK", 32)
    found = read(tmp_path, f'a,b\r\n{"x" * shift},1\r\n"p\r\nq",2\r\n4,5\r\n6,7\r\n')
    assert found.records == {1: ("x" * shift, "1"), 2: ("p\r\nq", "2"), 3: ("4", "5"), 4: ("6", "7")}


# Encoding


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"a,b\n1,2\n3,\xff\n", 3),
        (b"a,b\r\n1,2\r\n\r\n3,\xe9t\xe9\r\n5,6\r\n", 4),
        ("a,b\n1,Қазақстан\n".encode() + b"\xc3\x28,2\n", 3),
        ("a,b\n1,Қазақстан\n".encode("utf-16"), 1),
        ("a,b\n1,2\n3,Казахстан\n".encode("cp1251"), 3),
    ],
    ids=["stray byte", "Latin-1", "broken character", "UTF-16", "Windows-1251"],
)
def test_a_file_that_is_not_utf8_is_refused_with_its_line(tmp_path: Path, content: bytes, line: int) -> None:
    with pytest.raises(RefusedError) as refused:
        read(tmp_path, content)
    assert refused.value.rule == "encoding"
    assert refused.value.reason.startswith(f"line {line} is not UTF-8: ")


@pytest.mark.parametrize("end", [b"\xd0", b"\xe2\x82", b"\xf0\x9f\x87"])
def test_a_file_that_ends_within_a_character_is_refused_with_its_line(tmp_path: Path, end: bytes) -> None:
    with pytest.raises(RefusedError) as refused:
        read(tmp_path, b"a,b\n1,2\n3," + end)
    assert refused.value.rule == "encoding"
    assert refused.value.reason == "line 3 is not UTF-8: it ends within a character"


@pytest.mark.parametrize("spare", range(4))
def test_a_character_across_two_reads_is_whole_and_lines_are_counted_on(tmp_path: Path, spare: int) -> None:
    line = b"1,2\n"
    start = b"a,b\n" + line * ((READ_AT_ONCE - 64) // len(line))
    padding = b"1," + b"x" * (READ_AT_ONCE - len(start) - 2 - spare)
    good = start + padding + "🇰🇿\n".encode()
    path = tmp_path / "table.csv"
    path.write_bytes(good)
    assert sum(batch.records.height for batch in read_csv(path, HEADER)) == good.count(b"\n") - 1
    path.write_bytes(good + b"3,\xff\n")
    with pytest.raises(RefusedError, match=rf"line {good.count(bytes([10])) + 1} is not UTF-8"):
        list(read_csv(path, HEADER))


# A quote that never closes. CSV cannot tell where it ought to have: to a reader the rest of the file is text of that field.
# Where the field is not the last, the record is too short and shows as malformed with all that text; where it is the last,
# the record looks whole. Either way the records behind it must not be taken for text unseen.


@pytest.mark.parametrize("behind", [2, 50_000], ids=["few records behind", "many records behind"])
@pytest.mark.parametrize("record", ['"3,4', '3,"4'], ids=["first field", "last field"])
def test_a_quote_that_never_closes_is_no_record_with_the_rest_of_the_file_in_it(tmp_path: Path, record: str, behind: int) -> None:
    rest = "5,6\n" * behind
    try:
        found = read(tmp_path, f"a,b\n1,2\n{record}\n{rest}")
    except RefusedError as refused:
        assert refused.rule == "csv_syntax"  # noqa: PT017 - to refuse the file is as good as to name the record
    else:
        assert list(found.records) == [1], "a record holds the lines of those after it, and nobody is told"
        assert found.malformed[2].text.rstrip("\n") == f"{record}\n{rest}".rstrip("\n")


def test_the_record_whose_quote_never_closes_is_named_by_its_number(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match=r"record 2\b"):
        read(tmp_path, 'a,b\n\n1,2\n\n\n3,"4\n5,6\n')


def test_a_quote_that_never_closes_before_a_batch_ends_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_records, "_BLOCK", 16)
    with pytest.raises(RefusedError, match="csv_syntax"):
        read(tmp_path, 'a,b\n1,2\n3,"4\n' + "5,6\n" * 40)


# Any table at all

ALPHABET = ["x", "7", ",", '"', "\n", " ", "ү", "NA", "🇰🇿", ""]
IN_ONE_BATCH = 1 << 20


def random_table(rng: random.Random, alphabet: list[str]) -> tuple[tuple[str, ...], list[list[str]]]:
    width = rng.randint(2, 5)
    header = tuple(f"column {number}" for number in range(width))
    rows = []
    for _ in range(rng.randint(0, 30)):
        fields = width if rng.random() < 0.85 else rng.choice([n for n in range(1, width + 3) if n != width])
        rows.append(["".join(rng.choices(alphabet, k=rng.randint(0, 4))) for _ in range(fields)])
    return header, rows


def written(rng: random.Random, header: tuple[str, ...], rows: list[list[str]]) -> str:
    """The table as CSV: line ends, quoting, blank lines and the final newline as it happens."""
    out = io.StringIO(newline="")
    end = rng.choice(["\n", "\r\n"])
    writer = csv.writer(out, lineterminator=end, quoting=csv.QUOTE_ALL if rng.random() < 0.5 else csv.QUOTE_MINIMAL)
    writer.writerow(header)
    for row in rows:
        if rng.random() < 0.1:
            out.write(end)
        writer.writerow(row)
    text = out.getvalue()
    return text.removesuffix(end) if rows and rng.random() < 0.3 else text


@pytest.mark.parametrize("seed", range(200))
def test_random_tables_read_as_the_csv_module_reads_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    rng = random.Random(seed)
    block = rng.choice([IN_ONE_BATCH, 400, 200])
    # Line breaks of two characters at the edge of a batch have a test of their own.
    header, rows = random_table(rng, [*ALPHABET, "\r\n"] if block == IN_ONE_BATCH else ALPHABET)
    text = written(rng, header, rows)
    monkeypatch.setattr(csv_records, "_BLOCK", block)
    found = read(tmp_path, ("\ufeff" if rng.random() < 0.2 else "") + text, header)
    _, *expected = (row for row in csv.reader(io.StringIO(text, newline="")) if row)
    assert expected == rows
    numbered = dict(enumerate(expected, start=1))
    assert found.records == {number: tuple(row) for number, row in numbered.items() if len(row) == len(header)}
    again = {number: next(csv.reader(io.StringIO(bad.text, newline=""))) for number, bad in found.malformed.items()}
    assert again == {number: row for number, row in numbered.items() if len(row) != len(header)}
