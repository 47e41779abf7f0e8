"""A folder that is dropped on the page is read with everything below it."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect


def test_a_dropped_folder_is_read_with_its_labels(page: Page, repository: Path, tmp_path: Path) -> None:
    folder = tmp_path / "dropped"
    folder.mkdir()
    picture = (repository / "examples" / "digit-7.png").read_bytes()
    for name in ("a, first.png", "b.png", "c.png", ".hidden.png"):
        (folder / name).write_bytes(picture)
    lines = (
        "note,file_name,label",
        '"so, ""so""\nand so\r\n","a, first.png","7"',
        '5" wide, b.png ,1',
        ",d.png,1",
    )
    (folder / "labels.csv").write_bytes("\r\n".join(lines).encode())
    page.goto("/")
    box = page.locator(".frame").bounding_box()
    assert box is not None
    drop(page, folder, box["x"] + 20, box["y"] + 20)
    expect(page.locator(".frame")).to_contain_text("3 pictures, 2 with a label")
    expect(page.locator(".frame")).to_contain_text("dropped")


def drop(page: Page, path: Path, x: float, y: float) -> None:
    """Drop a folder of the file system, as only the browser's own protocol can."""
    session = page.context.new_cdp_session(page)
    data = {"items": [], "files": [str(path)], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        session.send("Input.dispatchDragEvent", {"type": kind, "x": x, "y": y, "data": data})
