"""Shards in reverse order and delivered again and again: the counts are those of each shard once."""

from __future__ import annotations

import json

import numpy as np

from tests.chaos.service import Service, request

SHARDS = 6


def test_shards_in_reverse_order_each_delivered_three_times(service: Service) -> None:
    body = request("second_order", seed=41)
    twin = service.submit(body)
    service.assert_undisturbed(body, twin)
    template = service.store.get(twin)
    assert template.plan is not None
    plan = template.plan.model_copy(update={"shard_blocks": -(-template.plan.blocks // SHARDS)})
    assert plan.shards == SHARDS
    content = np.array(body["tensor"]["data"], "<f4").tobytes()
    with service.frozen_workers():
        job_id = service.store.create(template.spec, content).job_id
        service.store.start(job_id)
        service.ledger.fix_plan(job_id, plan)
        assert service.ledger.dispatch(job_id, SHARDS, SHARDS) == tuple(range(SHARDS))
        for shard in reversed(range(SHARDS)):
            for _ in range(3):
                service.queue.enqueue_sample(job_id, shard)
    service.assert_undisturbed(body, job_id)
    done = steps_done(service, job_id)
    assert done.index(f"sample:{SHARDS - 1}") < done.index("sample:0")


def steps_done(service: Service, job_id: str) -> list[str]:
    """Return the steps of a job that workers say they have done, in the order of time."""
    lines = [json.loads(line) for log in service.logs() for line in log.splitlines() if line.startswith("{")]
    done = [line for line in lines if line.get("job_id") == job_id and line["message"] == "the step is done"]
    return [line["step"] for line in sorted(done, key=lambda line: str(line["time"]))]
