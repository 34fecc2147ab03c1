"""A table spread over columns becomes one record per cell that says something; blank cells are counted.

Here: `records.cells`. Not here: any publisher's table.
"""

import polars as pl

from edumig_pipeline.sources.reading.records import Batch, cells, excluded, numbered


def table(*rows: tuple[str, str, str]) -> Batch:
    """A batch of records of an area and two years."""
    return Batch(numbered(pl.DataFrame(rows, schema=["area", "2019", "2020"], orient="row"), range(1, len(rows) + 1)))


def test_cells_come_row_by_row_in_the_order_of_the_columns() -> None:
    found = cells(table(("KAZ", "1", "2"), ("KGZ", "3", "4")), ["2019", "2020"]).records
    assert found.select("area", "heading", "raw_column", "cell", "raw_row", "exclusion").rows() == [
        ("KAZ", "2019", "2019", "1", 1, None),
        ("KAZ", "2020", "2020", "2", 1, None),
        ("KGZ", "2019", "2019", "3", 2, None),
        ("KGZ", "2020", "2020", "4", 2, None),
    ]


def test_blank_cells_are_counted_and_not_listed() -> None:
    found = cells(table(("KAZ", "", "2"), ("KGZ", " ", "")), ["2019", "2020"])
    assert found.records.select("area", "cell").rows() == [("KAZ", "2")]
    assert (found.rows_read, found.blank_cells) == (4, 3)


def test_a_mark_of_the_publisher_may_stand_for_blank() -> None:
    found = cells(table(("KAZ", ":", "")), ["2019", "2020"], blank=":")
    assert found.records["cell"].to_list() == [""]
    assert (found.rows_read, found.blank_cells) == (2, 1)


def test_a_record_left_out_as_a_whole_stays_one_record() -> None:
    batch = table(("KAZ", "1", ""))
    both = Batch(pl.concat([batch.records, excluded([2], "footer line")], how="diagonal"))
    found = cells(both, ["2019", "2020"])
    assert found.records.select("raw_row", "cell", "exclusion").rows() == [(1, "1", None), (2, None, "footer line")]
    assert (found.rows_read, found.blank_cells) == (3, 1)


def test_a_table_without_records_has_no_cells() -> None:
    found = cells(Batch(table(("KAZ", "1", "2")).records.clear()), ["2019", "2020"])
    assert (found.records.height, found.rows_read, found.blank_cells) == (0, 0, 0)
