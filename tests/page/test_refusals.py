"""What the service refuses is said on the page beside the field at fault."""

from __future__ import annotations

import io
from typing import Final

from PIL import Image
from playwright.sync_api import Page, expect

from tests.support.places import ROOT
from tests.support.wait import wait_until

REFUSED: Final = (("Samples n", "-3", "1000"), ("Error eta", "2", "0.01"), ("Noise sigma", "none", "0.5"))
"""A field, what is refused of it, and what is not."""
REFUSED_OF_A_RANKING: Final = (
    *REFUSED,
    ("Samples n", "1000000000000", "1000"),
    ("k", "10", "3"),
    ("k", "", "2"),
)


def test_a_refusal_stands_beside_its_field(page: Page) -> None:
    page.goto("/?view=certify&sample=digit-7")
    for label, wrong, right in REFUSED:
        field = page.get_by_label(label, exact=True)
        field.fill(wrong)
        page.get_by_role("button", name="Certify", exact=True).click()
        expect(field).to_have_attribute("aria-invalid", "true")
        expect(page.locator("input[aria-invalid=true]")).to_have_count(1)
        expect(field.locator("xpath=ancestor::div[@class='field']").locator(".fault")).not_to_be_empty()
        field.fill(right)


def test_what_is_refused_for_certain_is_not_asked(page: Page) -> None:
    page.clock.install()
    page.goto("/?view=certify&sample=digit-7&decision=top_k&k=2&certifier=first_order")
    expect(page.locator(".plan")).to_contain_text("samples")
    refused: list[str] = []
    page.on("response", lambda answer: refused.append(answer.url) if answer.status >= 400 else None)
    for label, wrong, right in REFUSED_OF_A_RANKING:
        field = page.get_by_label(label, exact=True)
        field.fill(wrong)
        page.clock.fast_forward(1000)
        wait_until(lambda: page.locator("input[aria-invalid=true]").count() == 1, f"{label} is refused")
        with page.expect_response("**/v1/plans?*"):
            field.fill(right)
            page.clock.fast_forward(1000)
        wait_until(lambda: "samples" in page.locator(".plan").inner_text(), f"{label} is accepted")
        expect(page.locator("input[aria-invalid=true]")).to_have_count(0)
    page.get_by_label("Decision").select_option("majority")
    page.get_by_label("k", exact=True).fill("")
    page.get_by_label("Bounds").select_option("paper")
    for label, taken, left in (("Decision", "multiclass", "majority"), ("Bounds", "nothing", "paper")):
        field = page.get_by_label(label)
        expect(field).to_have_value(left)
        expect(field.locator(f"option[value={taken}]:not([disabled])")).to_have_count(0)
    page.goto("/?view=certify&sample=digit-7&decision=multiclass&bounds=paper")
    page.clock.fast_forward(1000)
    fault = page.get_by_text("does not go with these bounds")
    wait_until(fault.is_visible, "the combination is refused")
    page.get_by_label("Bounds").select_option("tight")
    page.get_by_label("Decision").select_option("majority")
    page.get_by_label("Certifier").select_option("dipole")
    page.clock.fast_forward(1000)
    wait_until(lambda: "By dipole at most" in page.locator(".plan").inner_text(), "the plan")
    expect(page.get_by_label("Decision").locator("option[disabled]")).to_have_text(["multiclass", "top k"])
    assert refused == []


def test_a_file_that_is_no_picture_is_refused_beside_the_chooser(page: Page) -> None:
    page.goto("/")
    chooser = page.get_by_label("Choose a picture")
    chooser.set_input_files({"name": "notes.png", "mimeType": "image/png", "buffer": b"no picture"})
    expect(chooser).to_have_attribute("aria-invalid", "true")
    fault = chooser.locator("xpath=following-sibling::p[@role='alert']")
    expect(fault).to_contain_text("not a readable image; accepted are PNG, JPEG and WebP")
    gif = io.BytesIO()
    Image.new("L", (28, 28)).save(gif, "GIF")
    chooser.set_input_files({"name": "a.gif", "mimeType": "image/gif", "buffer": gif.getvalue()})
    expect(fault).to_contain_text("is a GIF file, which is not read here")
    expect(fault).to_contain_text("save it as PNG")
    cut = (ROOT / "examples" / "digit-7.png").read_bytes()[:100]
    chooser.set_input_files({"name": "cut.png", "mimeType": "image/png", "buffer": cut})
    expect(fault).to_contain_text("the end of the file is missing")
    expect(fault).to_contain_text("copy or download the file again")
