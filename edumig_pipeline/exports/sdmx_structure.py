"""The structure of exported observations as SDMX-ML 2.1: dataflows, code lists, concepts, data structures.

Belongs here: what SDMX wants to know of the columns. Does not belong here: the data (`sdmx_csv`).

Source: SDMX 2.1, section 3 (SDMXStructure.xsd, the order of its elements). Written with the standard library, so that the library
that reads it in tests is another one.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from xml.etree import ElementTree as ET

import duckdb

from edumig_pipeline.model import codes
from edumig_pipeline.model.observations import OBSERVATIONS

AGENCY = "EDUMIG"
VERSION = "1.0"

_NAMESPACES = {
    "mes": "http://www.sdmx.org/resources/sdmxml/schemas/v2_1/message",
    "str": "http://www.sdmx.org/resources/sdmxml/schemas/v2_1/structure",
    "com": "http://www.sdmx.org/resources/sdmxml/schemas/v2_1/common",
}
_CONCEPTS = "CS_EDUMIG"
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Flow:
    """A dataflow and its data structure: dimensions in order, attributes; the measure is OBS_VALUE."""

    id: str
    name: str
    dimensions: tuple[str, ...]
    attributes: tuple[str, ...]

    @property
    def structure(self) -> str:
        """Id of its data structure definition."""
        return f"DSD_{self.id}"

    @property
    def components(self) -> tuple[str, ...]:
        """Ids of all its concepts."""
        return (*self.dimensions, "OBS_VALUE", *self.attributes)


_KEY = ("SOURCE", "DATASET", "RELEASE", "INDICATOR", "REF_AREA", "COUNTERPART_AREA", "SEX", "BREAKDOWN")
_ATTRIBUTES = (
    "OBS_STATUS",
    "UNIT_MEASURE",
    "SOURCE_STATUS",
    "SOURCE_INDICATOR",
    "SOURCE_AREA",
    "RAW_FILE",
    "RAW_ROW",
    "RAW_COLUMN",
)
DATED = Flow("OBSERVATIONS", "Observations", ("FREQ", *_KEY, "TIME_PERIOD"), (*_ATTRIBUTES, "PERIOD_START", "PERIOD_END"))
UNDATED = Flow("UNDATED_OBSERVATIONS", "Statements without a date", _KEY, _ATTRIBUTES)

_MANDATORY = {column.name.upper() for column in OBSERVATIONS.columns if not column.nullable}
_FREQ = {"A": "annual", "S": "half-yearly", "M": "monthly", "D": "daily", "_O": "other: an interval of several years"}
_DESCRIPTIONS = {column.name.upper(): column.description for column in OBSERVATIONS.columns} | {
    "FREQ": "Form of TIME_PERIOD: years, half-years, months, days, intervals",
    "TIME_PERIOD": "2019, 2020-S1 (first half-year), 2019-11 (a month), 2020-01-05 (an event), 2011-01-01/P10Y (an interval)",
}
# Columns whose codes are a list, and the list.
_LISTS = {
    "FREQ": "CL_FREQ",
    "SOURCE": "CL_SOURCE",
    "DATASET": "CL_DATASET",
    "RELEASE": "CL_RELEASE",
    "INDICATOR": "CL_INDICATOR",
    "REF_AREA": "CL_AREA",
    "COUNTERPART_AREA": "CL_AREA",
    "SEX": "CL_SEX",
    "OBS_STATUS": "CL_OBS_STATUS",
    "UNIT_MEASURE": "CL_UNIT_MEASURE",
}
_TEXT_TYPES = {
    "TIME_PERIOD": "ObservationalTimePeriod",
    "OBS_VALUE": "Double",
    "RAW_ROW": "Integer",
    "PERIOD_START": "GregorianDay",
    "PERIOD_END": "GregorianDay",
}

# Id, code and English name of every code that the rows have, by code list.
_CODES_OF_ROWS: Mapping[str, str] = {
    "CL_SOURCE": """
        SELECT DISTINCT sdmx_id(o.source), o.source, s.publisher FROM sdmx_rows AS o JOIN sources AS s ON s.source = o.source""",
    "CL_DATASET": "SELECT DISTINCT sdmx_id(dataset), dataset, dataset FROM sdmx_rows",
    "CL_RELEASE": "SELECT DISTINCT sdmx_id(release), release, release FROM sdmx_rows",
    "CL_INDICATOR": """
        SELECT DISTINCT sdmx_id(o.indicator), o.indicator, coalesce(i.name, o.indicator)
        FROM sdmx_rows AS o LEFT JOIN indicators AS i ON i.indicator = o.indicator""",
    "CL_AREA": """
        SELECT DISTINCT sdmx_id(o.code), o.code, CASE WHEN o.code = '_T' THEN 'All areas' ELSE coalesce(a.name, o.code) END
        FROM (SELECT ref_area AS code FROM sdmx_rows UNION SELECT counterpart_area FROM sdmx_rows) AS o
        LEFT JOIN areas AS a ON a.code = o.code""",
}
_DECLARED: Mapping[str, Mapping[str, str]] = {
    "CL_FREQ": _FREQ,
    "CL_SEX": codes.SEX,
    "CL_OBS_STATUS": codes.OBS_STATUS,
    "CL_UNIT_MEASURE": codes.UNIT_MEASURE,
}


def structure_message(flows: Sequence[Flow], db: duckdb.DuckDBPyConnection, prepared: date) -> bytes:
    """The message as XML: of the views sdmx_rows in `db`, every code they have."""
    root = ET.Element("mes:Structure", {f"xmlns:{prefix}": uri for prefix, uri in _NAMESPACES.items()})
    header = _child(root, "mes:Header")
    _child(header, "mes:ID").text = f"{AGENCY}_{prepared:%Y%m%d}"
    _child(header, "mes:Test").text = "false"
    _child(header, "mes:Prepared").text = f"{prepared}T00:00:00Z"
    _child(header, "mes:Sender", id=AGENCY)
    structures = _child(root, "mes:Structures")
    dataflows = _child(structures, "str:Dataflows")
    for flow in flows:
        _reference(
            _child(_maintained(dataflows, "str:Dataflow", flow.id, flow.name), "str:Structure"), flow.structure, "DataStructure"
        )
    codelists = _child(structures, "str:Codelists")
    for name in sorted({*_LISTS.values()}):
        _codelist(codelists, name, _codes(name, db))
    concepts = _maintained(_child(structures, "str:Concepts"), "str:ConceptScheme", _CONCEPTS, "Concepts of the observations")
    for component in dict.fromkeys(component for flow in flows for component in flow.components):
        concept = _child(concepts, "str:Concept", id=component)
        _name(concept, component.replace("_", " ").capitalize())
        _text(concept, "com:Description", _DESCRIPTIONS[component])
    data_structures = _child(structures, "str:DataStructures")
    for flow in flows:
        _data_structure(data_structures, flow)
    ET.indent(root)
    xml: bytes = ET.tostring(root, encoding="UTF-8", xml_declaration=True)
    return xml + b"\n"


def _codes(name: str, db: duckdb.DuckDBPyConnection) -> Iterable[tuple[str, str, str]]:
    if name in _DECLARED:
        return [(code, code, meaning) for code, meaning in _DECLARED[name].items()]
    return sorted(db.execute(_CODES_OF_ROWS[name]).fetchall())


def _codelist(parent: ET.Element, name: str, found: Iterable[tuple[str, str, str]]) -> None:
    codelist = _maintained(parent, "str:Codelist", name, f"Codes of {name.removeprefix('CL_').lower().replace('_', ' ')}")
    for identifier, code, label in found:
        entry = _child(codelist, "str:Code", id=identifier)
        if identifier != code:
            annotation = _child(_child(entry, "com:Annotations"), "com:Annotation", id="CODE")
            _text(annotation, "com:AnnotationText", code)
        _name(entry, label)


def _data_structure(parent: ET.Element, flow: Flow) -> None:
    components = _child(_maintained(parent, "str:DataStructure", flow.structure, flow.name), "str:DataStructureComponents")
    dimensions = _child(components, "str:DimensionList", id="DimensionDescriptor")
    for position, name in enumerate(flow.dimensions, start=1):
        tag = "str:TimeDimension" if name == "TIME_PERIOD" else "str:Dimension"
        _component(_child(dimensions, tag, id=name, position=str(position)), name)
    attributes = _child(components, "str:AttributeList", id="AttributeDescriptor")
    for name in flow.attributes:
        status = "Mandatory" if name in _MANDATORY else "Conditional"
        attribute = _child(attributes, "str:Attribute", id=name, assignmentStatus=status)
        _component(attribute, name)
        measure = _child(_child(attribute, "str:AttributeRelationship"), "str:PrimaryMeasure")
        _child(measure, "Ref", id="OBS_VALUE")
    measures = _child(components, "str:MeasureList", id="MeasureDescriptor")
    _component(_child(measures, "str:PrimaryMeasure", id="OBS_VALUE"), "OBS_VALUE")


def _component(component: ET.Element, name: str) -> None:
    """What a component's concept is and which values it may have."""
    identity = _child(component, "str:ConceptIdentity")
    _child(
        identity,
        "Ref",
        id=name,
        maintainableParentID=_CONCEPTS,
        maintainableParentVersion=VERSION,
        agencyID=AGENCY,
        package="conceptscheme",
        **{"class": "Concept"},
    )
    representation = _child(component, "str:LocalRepresentation")
    if name in _LISTS:
        _reference(_child(representation, "str:Enumeration"), _LISTS[name], "Codelist", package="codelist")
    else:
        _child(representation, "str:TextFormat", textType=_TEXT_TYPES.get(name, "String"))


def _maintained(parent: ET.Element, tag: str, identifier: str, name: str) -> ET.Element:
    element = _child(parent, tag, id=identifier, agencyID=AGENCY, version=VERSION, isFinal="false")
    _name(element, name)
    return element


def _reference(parent: ET.Element, identifier: str, kind: str, package: str = "datastructure") -> None:
    _child(parent, "Ref", id=identifier, version=VERSION, agencyID=AGENCY, package=package, **{"class": kind})


def _name(parent: ET.Element, text: str) -> None:
    _text(parent, "com:Name", text)


def _text(parent: ET.Element, tag: str, text: str) -> None:
    # What XML cannot hold is lost to a label; the code that it belongs to is written in an id.
    _child(parent, tag, **{"xml:lang": "en"}).text = _NOT_XML.sub("\ufffd", text)


def _child(parent: ET.Element, tag: str, **attributes: str) -> ET.Element:
    return ET.SubElement(parent, tag, attributes)
