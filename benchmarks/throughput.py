"""Measure how fast votes are counted: by the forward pass alone, our sampler, the service, and other code.

    python -m benchmarks.throughput
    python -m benchmarks.throughput --models mnist --certifiers dipole --samples 20000 --json out.json
    python -m benchmarks.throughput --device cuda --models resnet50 --certifiers first_order dipole

Contenders are measured in turns, each in its own processes; ratios are taken within a turn.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from benchmarks import machine, networks
from benchmarks.runs import TITLES, Row, Scale, measure
from benchmarks.service import running
from benchmarks.setup import Setup
from certificates import CERTIFIERS, certifier_named
from worker.cores import usable_cores

SAMPLES = {"mnist": 100_000, "cifar-resnet": 20_000, "efficientnet-lite0": 2_000, "resnet50": 1_000}
SIGMA = {"mnist": 0.25, "cifar-resnet": 0.25, "efficientnet-lite0": 0.12, "resnet50": 0.25}
HEAD = f"{'':28}{'batch':>6}{'proc x thr':>11}{'samples/s':>11}{'us/sample':>11}{'cpu us':>10}{'MiB':>7}"


def main() -> int:
    """Measure and print; return exit status 1 if a model was missing."""
    options = _options()
    facts = machine.describe()
    for name, value in facts.items():
        print(f"{name}: {value}")
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        models = Path(folder) / "models"
        models.mkdir()
        present = [name for name in options.models if _prepare(models, name)]
        client = None
        if present and not options.no_service:
            data = Path(folder) / "data"
            service = running(
                models,
                data,
                processes=options.processes,
                threads=options.threads,
                device=options.device,
            )
            client = stack.enter_context(service)
        scale = Scale(
            options.processes, options.threads, options.seconds, options.repetitions, not options.no_others
        )
        for model in present:
            for certifier in options.certifiers:
                setup = Setup(
                    "",
                    models,
                    model,
                    certifier_named(certifier),
                    SIGMA[model],
                    options.threads,
                    options.batch,
                    options.device,
                )
                case = measure(setup, scale, client, options.samples or SAMPLES[model])
                _print_case(case)
                rows += case
    if options.json is not None:
        document = {"machine": facts, "rows": [row.document() for row in rows]}
        options.json.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    return 0 if present == options.models else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    add = parser.add_argument
    certifiers = [certifier.name for certifier in CERTIFIERS]
    add("--models", nargs="+", choices=networks.NAMES, default=list(networks.COMPARED))
    add("--certifiers", nargs="+", choices=certifiers, default=certifiers)
    add("--samples", type=int, help=f"samples of the service's job (default: {SAMPLES})")
    add("--seconds", type=float, default=2.0, help="length of a turn (default: 2)")
    add("--repetitions", type=int, default=5, help="turns (default: 5)")
    add("--device", choices=["cpu", "cuda"], default="cpu", help="where every contender computes")
    add("--processes", type=int, help="sampling processes (default: one a core, or one for a GPU)")
    add("--threads", type=int, default=1, help="threads of each process (default: 1)")
    add("--batch", type=int, help="batch of limit and sampler (default: the best, the sampler's own)")
    add("--no-service", action="store_true", help="leave (c) out")
    add("--no-others", action="store_true", help="leave (d) and (e) out")
    add("--json", type=Path, metavar="FILE", help="also write every turn to FILE")
    options = parser.parse_args()
    if options.processes is None:
        options.processes = usable_cores() if options.device == "cpu" else 1
    return options


def _prepare(models: Path, name: str) -> bool:
    try:
        networks.prepare(models, name)
    except networks.ModelMissing as missing:
        print(f"\nNOT MEASURED: {name}: {missing}")
        return False
    return True


def _print_case(rows: list[Row]) -> None:
    limit, ours = rows[0], rows[1]
    title = f"{limit.setup.model}, {limit.setup.certifier}, sigma {limit.setup.sigma}"
    print(f"\n{title}\n{HEAD}{'/ (a)':>8}{'cpu/(a)':>9}{'(b) is':>10}")
    for row in rows:
        print(_line(row, limit, ours), flush=True)


def _line(row: Row, limit: Row, ours: Row) -> str:
    name = f"{TITLES[row.setup.contender]:28}"
    if not row.turns or row.note:
        return f"{name}{row.note}"
    best = max(turn.rate for turn in row.turns)
    busy = [turn.cpu_seconds / turn.samples for turn in row.turns if turn.cpu_seconds is not None]
    peaks = [turn.peak_mib for turn in row.turns if turn.peak_mib is not None]
    share, gain, cpu_share = row.ratio(limit), ours.ratio(row), limit.cpu_ratio(row)
    return (
        name
        + f"{row.batch or '':>6}{f'{row.processes} x {row.setup.threads}':>11}{row.median_rate:>11.0f}"
        + f"{1e6 / best:>11.2f}"
        + (f"{min(busy) * 1e6:>10.2f}" if busy else f"{'':10}")
        + (f"{max(peaks):>7.0f}" if peaks else f"{'':7}")
        + (f"{share:>8.3f}" if share is not None else f"{'':8}")
        + (f"{cpu_share:>9.3f}" if cpu_share is not None else f"{'':9}")
        + (f"{gain:>8.2f} x" if gain is not None else "")
    )


if __name__ == "__main__":
    sys.exit(main())
