"""An archive is checked before PyTorch opens it: whole, in one folder, no larger inside than outside."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
import torch

from importing.import_errors import ImportRefused
from importing.pytorch.zip_checks import checked_members, member
from tests.support.torch_files import batch, small_network, write_program, write_scripted


def archive(path: Path, members: dict[str, bytes], packed: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", packed) as out:
        for name, data in members.items():
            out.writestr(name, data)
    return path


def test_archives_of_pytorch_pass(tmp_path: Path) -> None:
    network = small_network()
    torch.save(network.state_dict(), tmp_path / "weights.pt")
    assert "data.pkl" in checked_members(tmp_path / "weights.pt")
    assert "data.pkl" in checked_members(write_scripted(tmp_path / "script.pt", network))
    assert "archive_format" in checked_members(write_program(tmp_path / "a.pt2", network, batch()))


def test_a_member_is_read_by_its_name_within_the_folder(tmp_path: Path) -> None:
    assert member(archive(tmp_path / "a.zip", {"a/version": b"3"}), "version") == b"3"


def test_a_bomb_is_refused(tmp_path: Path) -> None:
    bomb = archive(tmp_path / "a.pt", {"a/data.pkl": bytes(2**27)}, zipfile.ZIP_DEFLATED)
    assert bomb.stat().st_size < 2**18
    with pytest.raises(ImportRefused, match="unpacks to more"):
        checked_members(bomb)


def test_members_that_overlap_are_refused(tmp_path: Path) -> None:
    """The directory states one stored member twice, under two names, as bombs without compression do."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as out:
        out.writestr("a/one", bytes(1000))
        twin = zipfile.ZipInfo("a/two")
        first = out.filelist[0]
        twin.file_size = twin.compress_size = first.file_size
        twin.CRC, twin.header_offset = first.CRC, first.header_offset
        out.filelist.append(twin)
        out.NameToInfo["a/two"] = twin
    path = tmp_path / "a.pt"
    path.write_bytes(whole.getvalue())
    with pytest.raises(ImportRefused, match="unpacks to more"):
        checked_members(path)


def test_members_in_two_folders_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="one name, or in several folders"):
        checked_members(archive(tmp_path / "a.pt", {"a/data.pkl": b"1", "b/data.pkl": b"2"}))


@pytest.mark.parametrize("kept", [0.0, 0.3, 0.9, 0.999])
def test_a_cut_archive_is_refused(tmp_path: Path, kept: float) -> None:
    torch.save(small_network().state_dict(), tmp_path / "whole.pt")
    data = (tmp_path / "whole.pt").read_bytes()
    cut = tmp_path / "cut.pt"
    cut.write_bytes(data[: int(kept * len(data))])
    with pytest.raises(ImportRefused, match="damaged archive"):
        checked_members(cut)
