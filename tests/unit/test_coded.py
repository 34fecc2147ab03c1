"""Looking codes up by what they say: one answer for each, given to every row that says it."""

import polars as pl

from edumig_pipeline.model.coded import looked_up, numbers_of


def test_every_row_gets_what_is_said_of_its_code_and_each_code_is_asked_once() -> None:
    asked: list[list[str | None]] = []

    def tell(codes: pl.DataFrame) -> pl.DataFrame:
        asked.append(codes["code"].to_list())
        return codes.select(pl.col("code").str.to_uppercase().alias("told"), pl.col("code").is_null().alias("none"))

    found = looked_up(pl.DataFrame({"code": ["a", "b", "a", None, "b"]}), ("code",), tell)
    assert found.rows() == [("A", False), ("B", False), ("A", False), (None, True), ("B", False)]
    assert found["told"].dtype == pl.Categorical
    assert [sorted(codes, key=str) for codes in asked] == [[None, "a", "b"]]


def test_combinations_of_codes_are_looked_up_together() -> None:
    records = pl.DataFrame({"one": ["a", "a", "b", "a"], "other": ["x", "y", "x", "x"]})
    found = looked_up(records, ("one", "other"), lambda pairs: pairs.select(pl.concat_str("one", "other").alias("both")))
    assert found["both"].to_list() == ["ax", "ay", "bx", "ax"]


def test_no_records_are_as_many_answers() -> None:
    records = pl.DataFrame(schema={"one": pl.String, "other": pl.String})
    assert looked_up(records, ("one", "other"), lambda pairs: pairs).is_empty()


def test_a_text_has_one_number_in_every_column_also_when_no_other_is_left() -> None:
    first = numbers_of(pl.Series(["x", "y", None]).cast(pl.Categorical)).tolist()
    again = numbers_of(pl.Series(["z", "y", "x"]).cast(pl.Categorical)).tolist()
    assert (first[2], again[1], again[2]) == (0, first[1], first[0])
