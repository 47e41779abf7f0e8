"""What libraries say reaches an answer as one plain line, without colours, repetition or end."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from jobs.job_records import Failure
from jobs.liveness import Liveness
from jobs.plain_text import LONGEST, plain_text

SAID = "Non-zero status code returned while running Gather node"
COLOURED = (
    f"\x1b[1;31m2026-01-01 [E:onnxruntime:, executor.cc:677] {SAID}.\x1b[m\n"
    f"\tError in execution: {SAID}. idx=1 must be within range\x07\n"
)


def test_a_failure_has_no_colours_and_says_nothing_twice() -> None:
    detail = Failure(type="model_broken", detail=COLOURED).detail
    line = "2026-01-01 [E:onnxruntime:, executor.cc:677]"
    assert detail == f"{line} {SAID}. Error in execution: idx=1 must be within range"


def test_what_a_worker_reports_is_plain_too(liveness: Liveness) -> None:
    liveness.report_broken("worker", "fingerprint", COLOURED)
    assert liveness.broken_models("worker")["fingerprint"] == plain_text(COLOURED)
    assert plain_text(COLOURED).isprintable()


def test_a_long_text_keeps_its_start_and_its_end() -> None:
    text = plain_text(f"at first {'x' * 10**6}\n{'y' * 10**6} at last")
    assert text.startswith("at first")
    assert text.endswith("at last")
    assert len(text) <= LONGEST


def test_plain_text_stays_as_it_is() -> None:
    text = "model 'x': 8 inputs gave scores of shape (8, 3), expected (8, 2): check labels; see README.md."
    assert plain_text(text) == text


@given(st.text(st.characters() | st.sampled_from("\x1b[]0;m \n.:"), max_size=400))
def test_any_text_becomes_one_printable_line(text: str) -> None:
    plain = plain_text(text)
    assert plain.isprintable()
    assert len(plain) <= LONGEST
    plain.encode()
    assert plain_text(plain) == plain
