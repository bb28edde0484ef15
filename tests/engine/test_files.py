import hashlib
from pathlib import Path

import pytest

from engine.errors import InvalidSetting
from engine.files import check_writable, digest, write_text, written_aside


def test_a_failed_write_keeps_the_old_file_and_leaves_nothing_else(tmp_path):
    path = tmp_path / "notes.json"
    write_text(path, "old")
    with pytest.raises(OSError, match="disk full"), written_aside(path) as aside:
        aside.write_text("new and incompl")
        raise OSError("disk full")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_new_file_keeps_its_suffix_while_being_written(tmp_path):
    with written_aside(tmp_path / "deep" / "net.keras") as aside:
        assert aside.suffix == ".keras"
        aside.write_bytes(b"x")
        assert not (tmp_path / "deep" / "net.keras").exists()
    assert (tmp_path / "deep" / "net.keras").read_bytes() == b"x"


def test_digest_is_that_of_hashlib(tmp_path):
    path = tmp_path / "big"
    path.write_bytes(bytes(range(256)) * 9000)
    assert digest(path) == hashlib.sha256(path.read_bytes()).hexdigest()
    assert digest(path, "md5") == hashlib.md5(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("name", ["", ".", "folder"])
def test_a_folder_is_no_file_to_write(tmp_path, name):
    (tmp_path / "folder").mkdir()
    with pytest.raises(InvalidSetting, match="is a folder"):
        write_text(Path(name) if name in ("", ".") else tmp_path / name, "text")


def test_a_place_that_cannot_be_written_in_is_named(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(InvalidSetting, match=r"“a\.csv” cannot be written in .*file"):
        check_writable(tmp_path / "file" / "a.csv")


def test_trying_whether_a_file_can_be_written_changes_nothing(tmp_path):
    check_writable(tmp_path / "new" / "a.csv")
    assert list((tmp_path / "new").iterdir()) == []
    (tmp_path / "b.csv").write_text("old")
    check_writable(tmp_path / "b.csv")
    assert (tmp_path / "b.csv").read_text() == "old"
