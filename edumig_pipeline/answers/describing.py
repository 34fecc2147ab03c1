"""What tables there are in a warehouse and what they mean: the declarations, with what the file says of itself.

Belongs here: tables, columns and the codes they allow. Does not belong here: any row of them.
"""

from typing import Any

from edumig_pipeline.answers.errors import UnavailableError, WrongQuestionError
from edumig_pipeline.answers.opening import Published, Row
from edumig_pipeline.model import codes
from edumig_pipeline.model.catalogue import TABLES
from edumig_pipeline.wording.spelling import did_you_mean

_MEANINGS = {
    tuple(meanings): meanings
    for meanings in (codes.OBS_STATUS, codes.SEX, codes.UNIT_MEASURE, codes.INDICATOR_KIND, codes.AREA_KIND, codes.COMPARATOR,
                     codes.VERDICT, codes.REVISION, codes.RUN_OUTCOME)
}  # fmt: skip


def tables(published: Published) -> list[Row]:
    """Every declared table and view in the order a reader meets them: name, kind, grain, rows (None of a view), meaning."""
    held = {row["name"]: row for row in published.ask("table_sizes")}
    if missing := [table.name for table in TABLES if table.name not in held]:
        raise UnavailableError(
            f"{published.link} lacks {', '.join(missing)}: it was built by another version of edumig; "
            "build it anew with `edumig refresh`"
        )
    return [
        {
            "name": table.name,
            "kind": held[table.name]["kind"],
            "grain": table.grain,
            "rows": held[table.name]["row_count"],
            "meaning": table.description,
        }
        for table in TABLES
    ]


def table_description(published: Published, name: str) -> dict[str, Any]:
    """One table: name, kind, grain, rows (of a view, counted), meaning, key, and its columns with the codes they allow.

    Raises WrongQuestionError for a name that no table has.
    """
    found = {row["name"]: row for row in tables(published)}
    if name not in found:
        raise WrongQuestionError(f"there is no table {name}: {did_you_mean(name, list(found))}")
    declared = next(table for table in TABLES if table.name == name)
    allowed = {column.name: column.allowed for column in declared.columns}
    described = dict(found[name])
    if described["rows"] is None:
        ((count),) = published.ask("view_size", table_name=name)
        described["rows"] = count["row_count"]
    described["key"] = list(declared.key)
    described["columns"] = [
        {**column, "allowed": _with_meaning(allowed.get(column["column"], ()))}
        for column in published.ask("table_columns", table_name=name)
    ]
    return described


def _with_meaning(allowed: tuple[str, ...]) -> dict[str, str | None]:
    """Each code that a column allows, with its meaning where the code list has one."""
    meanings = _MEANINGS.get(allowed, {})
    return {code: meanings.get(code) for code in allowed}
