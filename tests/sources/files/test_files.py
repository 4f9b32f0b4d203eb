"""Files as published: encodings, compressed forms, archives, and what is refused (threats 5, 9, 10, 24)."""

from __future__ import annotations

import bz2
import gzip
import lzma
import stat
import struct
import tracemalloc
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegraph.errors import SourceError
from codegraph.sources.files import Member, limited, limits, members


def drain(member):
    with member.open() as stream:
        while stream.read(65536):
            pass


def only(path):
    (member,) = members(path)
    return member


def zipped(path, entries, **more):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data, **more)
    return path


# -- forms -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("suffix", "pack"), [("", bytes), (".gz", gzip.compress), (".xz", lzma.compress), (".bz2", bz2.compress)]
)
def test_each_form_reads_alike(make_file, suffix, pack):
    member = make_file(f"GPCI2025.csv{suffix}", pack(b"a,b\r\n1,2\r\n"))
    assert member.name == "GPCI2025.csv"
    assert member.label == f"GPCI2025.csv{suffix}"
    assert member.head(3) == b"a,b"
    assert list(member.lines()) == ["a,b", "1,2"]
    with member.open() as stream:
        assert stream.read() == b"a,b\r\n1,2\r\n"


def test_a_zip_gives_its_files_without_folders(tmp_path):
    path = zipped(tmp_path / "rvu25d.zip", {"RVU25D/": b"", "RVU25D/a.csv": b"1", "b.txt": b"2"})
    found = list(members(path))
    assert [m.name for m in found] == ["a.csv", "b.txt"]
    assert found[0].label == "rvu25d.zip!RVU25D/a.csv"
    assert [m.text() for m in found] == ["1", "2"]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["rvu25d.zip"], "nothing is unpacked beside it"


def test_a_member_is_a_value(tmp_path):
    assert Member(tmp_path / "a", None) == Member(tmp_path / "a", None)
    with pytest.raises(AttributeError):
        Member(tmp_path, None).path = tmp_path


def test_what_is_not_a_file_is_named(tmp_path):
    with pytest.raises(SourceError, match="not a file"):
        list(members(tmp_path))
    with pytest.raises(SourceError, match="gone"):
        Member(tmp_path / "gone.csv", None).head()


# -- text ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"\xef\xbb\xbfa\n", ["a"]),
        ("Patient’s\n".encode(), ["Patient’s"]),
        (b"Patient\x92s \xae\n", ["Patient’s ®"]),
        (b"\x81\x92\n", ["\x81\x92"]),
        ("no\u00a0break".encode(), ["no break"]),
        (b"no\xa0break", ["no break"]),
        (b"last\r\n\x1a", ["last"]),
        (b"last\x1a", ["last"]),
        (b"a\rb\r\nc\n\nd", ["a", "b", "c", "", "d"]),
        (b"a\x0bb\x0cc\x1cd\n", ["a\x0bb\x0cc\x1cd"]),
        (b"ends\r", ["ends"]),
        (b"", []),
    ],
)
def test_decoding_and_line_ends(make_file, data, expected):
    assert list(make_file("a.txt", data).lines()) == expected


def test_one_encoding_for_the_whole_file(make_file):
    # A long stretch of ASCII, then UTF-8, then one byte that is no UTF-8: all of it is Windows text.
    data = b"plain\n" * 400_000 + "é\n".encode() + b"\x92\n"
    lines = list(make_file("a.txt", data).lines())
    assert lines[-2:] == ["Ã©", "’"]
    assert len(lines) == 400_002


def test_a_character_across_two_pieces_is_whole(make_file):
    data = b"x" * ((1 << 20) - 1) + "é\r\nb\r\n".encode()
    assert list(make_file("a.txt", data).lines()) == ["x" * ((1 << 20) - 1) + "é", "b"]


def test_a_line_end_across_two_pieces_is_one(make_file):
    data = b"x" * ((1 << 20) - 1) + b"\r\ny\r\n"
    assert list(make_file("a.txt", data).lines()) == ["x" * ((1 << 20) - 1), "y"]


@given(
    st.lists(
        st.text(st.characters(codec="cp1252", exclude_characters="\r\n\x1a\xa0"), max_size=8), max_size=8
    )
)
def test_windows_text_comes_back(tmp_path_factory, lines):
    path = tmp_path_factory.mktemp("t") / "a.txt"
    # The leading byte is no UTF-8 whatever follows.
    path.write_bytes(b"\x92\n" + "".join(f"{line}\r\n" for line in lines).encode("cp1252"))
    assert list(only(path).lines()) == ["’", *lines]


def test_utf_16_text_is_refused(make_file):
    with pytest.raises(SourceError, match="UTF-16"):
        list(make_file("a.txt", "codes".encode("utf-16")).lines())


def test_an_endless_line_is_refused(make_file):
    with limited(line=1000), pytest.raises(SourceError, match="not a text table"):
        list(make_file("a.txt", b"x" * 5000).lines())


def test_text_joins_the_lines(make_file):
    assert make_file("a.json", b'{"a":\r\n 1}\r\n').text() == '{"a":\n 1}'


# -- damage ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("suffix", "pack"), [(".gz", gzip.compress), (".xz", lzma.compress), (".bz2", bz2.compress)]
)
def test_compressed_files_cut_short_are_named(make_file, suffix, pack):
    packed = pack(bytes(range(256)) * 2000)
    member = make_file(f"a.txt{suffix}", packed[: len(packed) // 2])
    with (
        pytest.raises(SourceError, match=rf"a\.txt\{suffix} is cut short or damaged"),
        member.open() as stream,
    ):
        stream.read()


@pytest.mark.parametrize("suffix", [".zip", ".gz", ".xz", ".bz2"])
def test_a_page_under_the_name_of_an_archive_is_refused(tmp_path, suffix):
    path = tmp_path / f"rvu25d{suffix}"
    path.write_bytes(b"<!doctype html><html>Please accept the terms</html>")
    with pytest.raises(SourceError, match="rvu25d"):
        list(members(path))


def test_a_zip_cut_short_is_refused(tmp_path):
    path = zipped(tmp_path / "a.zip", {"a.txt": bytes(range(256)) * 100})
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(SourceError, match=r"a\.zip"):
        list(members(path))


def test_a_damaged_member_is_named(tmp_path):
    path = zipped(tmp_path / "a.zip", {"a.txt": b"0123456789" * 1000})
    data = bytearray(path.read_bytes())
    data[45] ^= 0xFF
    path.write_bytes(bytes(data))
    with pytest.raises(SourceError, match=r"a\.zip!a\.txt"):
        only(path).text()


# -- hostile archives --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["../x.txt", "a/../../x.txt", "..\\x.txt", "/etc/x.txt", "C:\\x.txt", "\\x.txt"]
)
def test_names_that_leave_the_folder_are_refused(tmp_path, name):
    info = zipfile.ZipInfo("placeholder")
    info.filename = info.orig_filename = name
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("good.txt", b"1")
        archive.writestr(info, b"2")
    with pytest.raises(SourceError, match=r"a\.zip: member .* (absolute|'\.\.')"):
        next(members(path))
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.zip"]


def test_a_nul_in_a_name_is_refused(tmp_path):
    path = zipped(tmp_path / "a.zip", {"goodXbad.txt": b"1"})
    path.write_bytes(path.read_bytes().replace(b"goodXbad.txt", b"good\0bad.txt"))
    with pytest.raises(SourceError, match="NUL"):
        list(members(path))


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_links_and_devices_are_refused(tmp_path, kind):
    info = zipfile.ZipInfo("a.txt")
    info.create_system = 3
    info.external_attr = (kind | 0o777) << 16
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(info, b"/etc/passwd")
    with pytest.raises(SourceError, match="link or a device"):
        list(members(path))


@pytest.mark.parametrize("inner", ["b.zip", "b.txt.gz", "b.xz", "b.7z", "b.tar"])
def test_archives_inside_archives_are_refused(tmp_path, inner):
    with pytest.raises(SourceError, match="archive inside the archive"):
        list(members(zipped(tmp_path / "a.zip", {inner: b"PK"})))


def test_two_members_of_one_name_are_refused(tmp_path):
    path = zipped(tmp_path / "a.zip", {"a.txt": b"1", "b.txt": b"2"})
    path.write_bytes(path.read_bytes().replace(b"b.txt", b"a.txt"))
    with pytest.raises(SourceError, match="twice"):
        list(members(path))


def test_an_encrypted_member_is_refused(tmp_path):
    path = zipped(tmp_path / "a.zip", {"a.txt": b"1"})
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(bytes(data))
    with pytest.raises(SourceError, match="encrypted"):
        list(members(path))


@pytest.mark.parametrize(
    ("suffix", "pack"), [(".gz", gzip.compress), (".xz", lzma.compress), (".bz2", bz2.compress)]
)
def test_a_bomb_stops_at_the_limit(make_file, suffix, pack):
    member = make_file(f"bomb.txt{suffix}", pack(bytes(4_000_000)))
    with (
        limited(ratio_floor=1_000_000, ratio=10),
        pytest.raises(SourceError, match=r"bomb.* unpacks to more than 1,000,000"),
    ):
        drain(member)


def test_a_bomb_is_streamed_not_held(make_file):
    member = make_file("bomb.gz", gzip.compress(bytes(40_000_000)))
    tracemalloc.start()
    with pytest.raises(SourceError, match="unpacks to more"):
        drain(member)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20_000_000


def test_a_zip_bomb_is_refused_by_its_own_figures(tmp_path):
    path = zipped(tmp_path / "bomb.zip", {f"{n}.txt": bytes(4_000_000) for n in range(10)})
    with pytest.raises(SourceError, match=r"bomb\.zip says it unpacks to 40,000,000"):
        list(members(path))


def test_a_zip_that_lies_about_its_sizes_is_caught(tmp_path):
    path = zipped(tmp_path / "a.zip", {"a.txt": bytes(1_000_000)})
    data = path.read_bytes()
    true, false = struct.pack("<I", 1_000_000), struct.pack("<I", 100)
    assert data.count(true) == 2
    path.write_bytes(data.replace(true, false))
    with pytest.raises(SourceError, match=r"a\.zip!a\.txt"):
        only(path).text()
    path.write_bytes(data.replace(true, struct.pack("<I", 2_000_000)))
    with pytest.raises(SourceError, match="where its archive says 2,000,000"):
        only(path).text()


def test_too_many_entries_are_refused(tmp_path):
    path = zipped(tmp_path / "many.zip", {f"{n}.txt": b"" for n in range(30)})
    with limited(entries=20), pytest.raises(SourceError, match="30 entries; the limit is 20"):
        list(members(path))


def test_a_million_entries_are_refused_before_they_are_read(tmp_path):
    # Only the end record says how long the directory is; no library may build a million objects first.
    path = tmp_path / "many.zip"
    path.write_bytes(b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 65535, 65535, 60_000_000, 0, 0))
    with pytest.raises(SourceError, match="a directory of 60,000,000 bytes"):
        list(members(path))


def test_limits_come_back_after_the_block():
    before = limits()
    with limited(bytes=5):
        assert limits().bytes == 5
    assert limits() == before


# -- XML ---------------------------------------------------------------------------------------------------------

BOMB = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_document_type_is_refused_in_any_encoding(make_file, encoding):
    text = BOMB if encoding.startswith("utf-8") else BOMB.replace('"1.0"', '"1.0" encoding="UTF-16"')
    with pytest.raises(SourceError, match=r"t\.xml declares a DOCTYPE"):
        make_file("t.xml", text.encode(encoding)).xml_bytes()


@pytest.mark.parametrize("text", ["<a/><!doctype a>", "<a><! ENTITY x 'y'></a>", "<!\nDOCTYPE a><a/>"])
def test_any_spelling_of_a_declaration_is_refused(make_file, text):
    with pytest.raises(SourceError, match="DOCTYPE or an entity"):
        make_file("t.xml", text).xml_bytes()


def test_encodings_that_could_hide_one_are_refused(make_file):
    with pytest.raises(SourceError, match="UTF-7"):
        make_file("t.xml", b'<?xml version="1.0" encoding="UTF-7"?><a/>').xml_bytes()
    with pytest.raises(SourceError, match="not XML"):
        make_file("t.xml", "<!DOCTYPE a><a/>".encode("cp037")).xml_bytes()


def test_plain_xml_comes_whole(make_file):
    data = '<?xml version="1.0" encoding="UTF-8"?><a>é</a>'.encode()
    assert make_file("t.xml.gz", gzip.compress(data)).xml_bytes() == data


def test_xml_beyond_the_limit_is_refused(make_file):
    with limited(xml=100), pytest.raises(SourceError, match="too long"):
        make_file("t.xml", b"<a>" + b"x" * 200 + b"</a>").xml_bytes()


# -- real files --------------------------------------------------------------------------------------------------


@pytest.mark.full_data
@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("ncci/ptp_practitioner_2024Q3.txt.xz", 2_546_017 + 6),
        ("ncci/ptp_outpatient_2024Q3.txt.xz", 1_775_818 + 6),
        ("pfs/PPRRVU2025_Oct.csv", 19_090 + 10),
        ("ncci/MCR_MUE_PractitionerServices_Eff_04-01-2026.csv", 15_104),
    ],
)
def test_lines_of_real_files(data_dir, name, lines):
    assert sum(1 for _ in only(data_dir / name).lines()) == lines


@pytest.mark.full_data
def test_members_of_a_real_archive(data_dir):
    found = list(members(data_dir / "hcpcs" / "2019-Alpha-Numeric-HCPCS-File.zip"))
    assert len(found) == 7
    assert all(len(m.head(16)) == 16 for m in found)
