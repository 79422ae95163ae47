"""A long array of records is read piece by piece, and what is none is refused before it costs."""

import io
import json

import pytest

from accounts.archive.arrays import NotAnArray, read_array

pytestmark = pytest.mark.behaviour("AC-61")


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"[1]", b"[{]", b"[{}", b"[{},]", b"[] []", b"\xff\xfe", b"[NaN]", b"[[" * 5000],
)
def test_what_is_no_array_of_objects_is_refused(content):
    with pytest.raises(NotAnArray):
        list(read_array(io.BytesIO(content)))


@pytest.mark.parametrize("space", [b"[" + b" " * 70_000 + b"]", b"[{}" + b"\n" * 70_000 + b"]"])
def test_white_space_without_end_is_refused(space):
    with pytest.raises(NotAnArray):
        list(read_array(io.BytesIO(space)))


def test_a_record_without_end_is_not_read_to_its_end(monkeypatch):
    monkeypatch.setattr("accounts.archive.arrays.CHUNK", 1000)
    monkeypatch.setattr("accounts.archive.arrays.RECORD_MOST", 10_000)
    opened = io.BytesIO(b'[{"a": "' + b"x" * 100_000)
    with pytest.raises(NotAnArray):
        list(read_array(opened))
    assert opened.tell() <= 12_000
    assert len(list(read_array(io.BytesIO(b'[{"a": "' + b"x" * 9_000 + b'"}]')))) == 1


def test_an_array_is_read_wherever_it_is_cut(monkeypatch):
    records = [{"글": "마당 😀 " * 3, "n": number} for number in range(20)]
    content = json.dumps(records, ensure_ascii=False, indent=2).encode()
    for size in (1, 2, 7, 1000):
        monkeypatch.setattr("accounts.archive.arrays.CHUNK", size)
        assert list(read_array(io.BytesIO(content))) == records
    assert list(read_array(io.BytesIO(b" [ ] "))) == []
