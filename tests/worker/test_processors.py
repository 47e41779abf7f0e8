"""Machines whose processors differ in model or instructions have different names, and so different fleets."""

from __future__ import annotations

import pytest

from worker.fleet import own_fleet
from worker.processors import cpu_of, gpus_of, processor_of
from worker.worker_settings import WorkerSettings

X86 = """processor\t: 0
vendor_id\t: AuthenticAMD
cpu family\t: 26
model\t\t: 2
model name\t: AMD EPYC
cpu MHz\t\t: 2596.096
flags\t\t: fpu sse2 avx fma avx2 avx512f ibrs

processor\t: 1
vendor_id\t: other
"""
ARM = """processor\t: 0
BogoMIPS\t: 243.75
Features\t: fp asimd sve bf16 paca
CPU implementer\t: 0x41
CPU part\t: 0xd40
"""
GPU = "Model: \t\t NVIDIA H200\nIRQ:   \t\t 64\nGPU UUID: \t GPU-1\n"


@pytest.mark.parametrize(
    ("told", "name"),
    [(X86, "AuthenticAMD 26 2 avx avx2 avx512f fma"), (ARM, "0x41 0xd40 asimd bf16 sve"), ("", "")],
)
def test_a_processor_is_its_model_and_its_instructions(told: str, name: str) -> None:
    assert cpu_of(told) == name


@pytest.mark.parametrize("change", [("avx512f", ""), ("26", "25"), ("model\t\t: 2", "model\t\t: 3")])
def test_another_processor_has_another_name(change: tuple[str, str]) -> None:
    assert cpu_of(X86.replace(*change)) != cpu_of(X86)


def test_what_changes_with_linux_or_the_clock_does_not_matter() -> None:
    assert cpu_of(X86.replace("ibrs", "").replace("2596.096", "3000")) == cpu_of(X86)


def test_gpus_are_named_once() -> None:
    assert gpus_of([GPU, GPU, GPU.replace("H200", "A100")]) == "NVIDIA A100, NVIDIA H200"
    assert gpus_of([]) == ""


def test_a_fleet_has_one_kind_of_processor() -> None:
    here = own_fleet(WorkerSettings())
    assert here.processor == processor_of("cpu")
    other = here.model_copy(update={"processor": "another"})
    assert other.key != here.key
    assert "another" in other.words
