"""What a stream gives, and that no more of it is read than may be."""

from __future__ import annotations

from io import BytesIO, RawIOBase

from reconciler.manifest.limits import Limits
from reconciler.source.stream import read_stream


class Endless(RawIOBase):
    """A stream without an end that counts what was taken."""

    def __init__(self) -> None:
        self.taken = 0

    def read(self, size: int = -1) -> bytes:
        assert size > 0
        self.taken += size
        return b"x" * size


class Broken(RawIOBase):
    """A stream that fails."""

    def read(self, size: int = -1) -> bytes:
        del size
        raise OSError(5, "Input/output error")


def test_a_stream_is_one_text_at_the_root() -> None:
    read = read_stream(BytesIO(b"kind: x\n"))
    assert [(text.name, text.data, text.folder) for text in read.texts] == [("<stdin>", b"kind: x\n", ())]


def test_an_endless_stream_is_left_at_the_cap() -> None:
    stream = Endless()
    read = read_stream(stream, limits=Limits(file_bytes=1000))  # type: ignore[arg-type]
    assert [found.code for found in read.diagnostics] == ["file-too-large"]
    assert stream.taken == 1001


def test_an_empty_stream_is_a_mistake() -> None:
    assert [found.code for found in read_stream(BytesIO(b" \n")).diagnostics] == ["no-manifests"]


def test_a_broken_stream_is_a_finding() -> None:
    read = read_stream(Broken())  # type: ignore[arg-type]
    assert [found.code for found in read.diagnostics] == ["unreadable"]
    assert read.diagnostics[0].hint
