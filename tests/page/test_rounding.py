"""The page rounds to the safe side: shares and radii down, upper ends up."""

from __future__ import annotations

from playwright.sync_api import Page

PER_CENT = "\N{NARROW NO-BREAK SPACE}%"
SAID = {
    ("down", 0.9996): "0.999",
    ("down", 0.561146): "0.561",
    ("percentDown", 0.99996): f"99.9{PER_CENT}",
    ("percentDown", 0.29): f"29.0{PER_CENT}",
    ("percentDown", 1): f"100.0{PER_CENT}",
    ("percentUp", 0.99949): f"100.0{PER_CENT}",
    ("percentUp", 0.29): f"29.0{PER_CENT}",
    ("percentUp", 0.2901): f"29.1{PER_CENT}",
}


def test_a_number_is_rounded_to_its_safe_side(page: Page) -> None:
    page.goto("/")
    calls = [list(call) for call in SAID]
    made = page.evaluate(
        "async (calls) => { const format = await import('/page/format.js');"
        " return calls.map(([name, number]) => format[name](number)); }",
        calls,
    )
    assert dict(zip(SAID, made, strict=True)) == SAID
