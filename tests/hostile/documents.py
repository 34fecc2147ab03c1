"""Ways to spoil JSON, workbooks and archives: what is in them, and how they are packed.

Here: mutations that know the format. Not here: mutations of any bytes, and of delimited text (`texts`).
"""

import io
import json
import random
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping

from tests.hostile.texts import FIGURES, Mutation

# JSON

_TOKENS = (
    "1e400", "-1e400", "NaN", "Infinity", "-Infinity", "-0", "-0.0", "1e-400", "9" * 5000, "true", "false", "null", "[]", "{}",
    '"NaN"', '"1,234"', '"٣"', '"\\ud800"', '"\\u0000"', "[5]", '{"value":5}', "0.1e1", "1E5", "1.5", '"5 "', '"0x10"',
)  # fmt: skip
_NUMBER = re.compile(rb"(?<=[:\[,])\s*-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?=\s*[,}\]])")


def with_another_token(content: bytes, chance: random.Random) -> bytes:
    """Something else stands where a number stood."""
    found = list(_NUMBER.finditer(content))
    for match in sorted(chance.sample(found, min(len(found), chance.randint(1, 4))), key=lambda one: -one.start()):
        content = content[: match.start()] + chance.choice(_TOKENS).encode() + content[match.end() :]
    return content


def with_another_string(content: bytes, chance: random.Random) -> bytes:
    """A figure's text stands where any text stood."""
    found = list(re.finditer(rb'"[^"\\]*"', content))
    match = chance.choice(found)
    said = json.dumps(chance.choice(FIGURES), ensure_ascii=chance.random() < 0.5).encode()
    return content[: match.start()] + said + content[match.end() :]


def with_a_key_twice(content: bytes, chance: random.Random) -> bytes:
    """A member of an object stands twice, the second time with something else."""
    found = list(re.finditer(rb'"[A-Za-z0-9]+"\s*:\s*', content))
    match = chance.choice(found)
    return content[: match.start()] + match[0] + chance.choice(_TOKENS).encode() + b", " + content[match.start() :]


def nested(content: bytes, chance: random.Random) -> bytes:
    """Lists or objects in one another, 100,000 deep, whole or not, beside the content or in it."""
    depth = chance.choice((50, 990, 100_000))
    deep = chance.choice((b"[" * depth + b"]" * depth, b'{"a":' * depth + b"1" + b"}" * depth, b"[" * depth))
    found = list(_NUMBER.finditer(content))
    if not found or chance.random() < 0.3:
        return deep
    match = chance.choice(found)
    return content[: match.start()] + deep + content[match.end() :]


def of_another_shape(content: bytes, chance: random.Random) -> bytes:
    """A member renamed, gone, or of another type."""
    value = json.loads(content)
    places: list[tuple[dict[str, object], str]] = []

    def collect(one: object) -> None:
        if isinstance(one, dict):
            places.extend((one, key) for key in one)
            for inner in one.values():
                collect(inner)
        elif isinstance(one, list):
            for inner in one[:20]:
                collect(inner)

    collect(value)
    for parent, key in chance.sample(places, min(len(places), 2)):
        if chance.random() < 0.4:
            parent.pop(key, None)
        elif chance.random() < 0.5:
            parent[key + "x"] = parent.get(key)
        else:
            parent[key] = chance.choice((None, [], {}, "", 0, [[1]], "x" * 1000, {"a": 1}, True))
    return json.dumps(value, ensure_ascii=False).encode()


JSON: tuple[Mutation, ...] = (
    with_another_token,
    with_another_token,
    with_another_token,
    with_another_string,
    with_a_key_twice,
    nested,
    of_another_shape,
    of_another_shape,
)


# Workbooks


def parts_of(content: bytes) -> dict[str, bytes]:
    """The parts of a workbook by name."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {info.filename: archive.read(info) for info in archive.infolist()}


def packed(parts: Mapping[str, bytes]) -> bytes:
    """A zip of these members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _sheet(parts: Mapping[str, bytes], chance: random.Random) -> str:
    return chance.choice([name for name in parts if name.startswith("xl/worksheets/sheet")])


def with_a_spoilt_part(content: bytes, chance: random.Random) -> bytes:
    """Any part of the workbook has wrong bytes, or is cut short, or is gone."""
    parts = parts_of(content)
    name = chance.choice(list(parts))
    data = bytearray(parts[name])
    how = chance.randrange(4)
    if how == 0:
        del parts[name]
        return packed(parts)
    if how == 1:
        del data[chance.randrange(len(data)) :]
    else:
        for _ in range(chance.randint(1, 6)):
            at = chance.randrange(len(data))
            data[at : at + 1] = chance.choice((chance.randbytes(1), b"", b"<", b"&", b'"', b">", b"\x00", b"</v>", b"]]>"))
    return packed({**parts, name: bytes(data)})


_CELLS = (
    b"<v>1e400</v>", b"<v>NaN</v>", b"<v>inf</v>", b"<v>-0</v>", b"<v>0x10</v>", b"<v> 5 </v>", b"<v>1_0</v>", b"<v>1,234</v>",
    b"<v>&#50;</v>", b"<v>&lol;</v>", b"<v>2<!-- -->5</v>", b"<v><![CDATA[25]]></v>", b"<v>2</v><v>5</v>", b"<v/>", b"<v></v>",
    b"", b"<f>1+1</f>", b"<f>[1]Sheet1!A1</f><v>7</v>", b'<f>WEBSERVICE("http://a")</f><v>7</v>', b"<v>" + b"9" * 400 + b"</v>",
    "<v>٣</v>".encode(), "<v>１２</v>".encode(), "<is><t>٣</t></is>".encode(), b"<is><t>1e400</t></is>",
    b"<is><t>7</t></is><v>8</v>",
)  # fmt: skip


def with_another_cell(content: bytes, chance: random.Random) -> bytes:
    """A cell of a sheet holds something else, in XML."""
    parts = parts_of(content)
    name = _sheet(parts, chance)
    found = list(re.finditer(rb"<v>[^<]*</v>", parts[name]))
    if not found:
        return with_a_spoilt_part(content, chance)
    match = chance.choice(found)
    xml = parts[name][: match.start()] + chance.choice(_CELLS) + parts[name][match.end() :]
    return packed({**parts, name: xml})


_ATTRIBUTES = (
    (
        rb'\br="([A-Z]+)([0-9]+)"',
        (b'r="A1"', b'r="XFD1048576"', b"r='XFD1048576'", b'r="A0"', b'r="ZZZZZ1"', b'r=""', b"", b'r="b2"'),
    ),
    (rb'\bt="(n|s|inlineStr)"', (b't="e"', b't="b"', b't="d"', b't="s"', b't="str"', b't="zz"', b"t='e'", b"")),
    (rb'<dimension ref="[^"]*"', (b'<dimension ref="A1:XFD1048576"', b'<dimension ref="Z9:A1"', b'<dimension ref=""')),
    (rb'<row r="[0-9]+"', (b'<row r="1048576"', b'<row r="0"', b'<row r="4294967296"', b"<row", b'<row r="-1"')),
    (rb"<sheetData>", (b'<!DOCTYPE x [<!ENTITY lol "7">]><sheetData>', b"<!-- --><sheetData>", b"<sheetData><![CDATA[x]]>")),
)


def with_another_attribute(content: bytes, chance: random.Random) -> bytes:
    """A cell says another place or type, a row another number, the sheet another extent."""
    parts = parts_of(content)
    name = _sheet(parts, chance)
    pattern, others = chance.choice(_ATTRIBUTES)
    if not (found := list(re.finditer(pattern, parts[name]))):
        return with_a_spoilt_part(content, chance)
    match = chance.choice(found)
    xml = parts[name][: match.start()] + chance.choice(others) + parts[name][match.end() :]
    return packed({**parts, name: xml})


def in_odd_xml(content: bytes, chance: random.Random) -> bytes:
    """A part in another encoding, or with entities that expand into a billion laughs."""
    parts = parts_of(content)
    name = chance.choice([name for name in parts if name.endswith(".xml")])
    laughs = b'<!DOCTYPE lolz [<!ENTITY l0 "lol">' + b"".join(
        b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10)
    )
    text = re.sub(rb"<\?xml[^>]*\?>", b"", parts[name])
    how = chance.randrange(4)
    if how == 0:
        text = laughs + b"]>" + text.replace(b"</t>", b"&l9;</t>", 1)
    elif how == 1:
        text = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + text.replace(b"</t>", b"&e;</t>", 1)
    elif how == 2:
        text = text.decode(errors="replace").encode("utf-16")
    else:
        text = b'<?xml version="1.0" encoding="windows-1251"?>' + text
    return packed({**parts, name: text})


WORKBOOKS: tuple[Mutation, ...] = (
    with_a_spoilt_part,
    with_a_spoilt_part,
    with_another_cell,
    with_another_cell,
    with_another_cell,
    with_another_attribute,
    with_another_attribute,
    in_odd_xml,
)


# Archives

_NAMES = (
    "../data.csv",
    "/etc/data.csv",
    "C:\\data.csv",
    "a/../../b.csv",
    "..\\x.csv",
    "x\ny.csv",
    "'\".csv",
    "[a-z]*.csv",
    "é.csv",
)


def in_an_archive(content: bytes, chance: random.Random, name: str = "data.csv") -> bytes:
    """The file as a member of a zip: named so that it would leave, twice, encrypted by its flags, deep, or as a link."""
    out = io.BytesIO()
    how = chance.randrange(6)
    method = chance.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA))
    with zipfile.ZipFile(out, "w", method) as archive:
        info = zipfile.ZipInfo(chance.choice(_NAMES) if how == 1 else name, (2026, 1, 1, 0, 0, 0))
        info.compress_type = method
        if how == 2:
            info.external_attr = 0o120777 << 16  # a symbolic link
        archive.writestr(info, content)
        if how == 3:
            archive.writestr("more/" + name, packed({name: content}))
        if how == 4:
            archive.comment = b"x" * 60_000
    data = out.getvalue()
    return data.replace(b"PK\x01\x02\x14\x00\x14\x00\x00\x00", b"PK\x01\x02\x14\x00\x14\x00\x01\x00") if how == 5 else data


def in_a_spoilt_archive(content: bytes, chance: random.Random, name: str = "data.csv") -> bytes:
    """The file as a member of a zip of which bytes are wrong: in its headers, its data, its directory."""
    data = bytearray(in_an_archive(content, chance, name))
    how = chance.randrange(4)
    if how == 0:
        del data[chance.randrange(len(data)) :]
    elif how == 1:
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    else:
        directory = data.rfind(b"PK\x01\x02")
        for _ in range(chance.randint(1, 4)):
            data[chance.randrange(max(directory, 0), len(data))] = chance.randrange(256)
    return bytes(data)


ARCHIVES: tuple[Callable[[bytes, random.Random, str], bytes], ...] = (in_an_archive, in_a_spoilt_archive)


def bomb(size: int, *, said: int | None = None, name: str = "data.csv") -> bytes:
    """A zip whose one member unpacks to `size` zero bytes, and is said to have `said`: some 1/1000 of it on disk."""
    packer, crc, body, left = zlib.compressobj(9, zlib.DEFLATED, -15), 0, [], size
    block = b"\x00" * (1 << 20)
    while left:
        piece = block[: min(left, len(block))]
        crc = zlib.crc32(piece, crc)
        body.append(packer.compress(piece))
        left -= len(piece)
    data = b"".join([*body, packer.flush()])
    told = size if said is None else said
    wide = struct.pack("<HHQQ", 1, 16, told, len(data))
    fields = (20, 0, 8, 0, 0x5A21, crc, 0xFFFFFFFF, 0xFFFFFFFF, len(name))
    local = struct.pack("<4s5H3L2H", b"PK\x03\x04", *fields, len(wide)) + name.encode() + wide
    entry = struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 45, *fields, len(wide), 0, 0, 0, 0, 0) + name.encode() + wide
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, len(entry), len(local) + len(data), 0)
    return local + data + entry + end
