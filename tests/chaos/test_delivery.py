"""Shards are delivered in reverse order, and each three times: every shard is counted once."""

from __future__ import annotations

import numpy as np

from tests.chaos.bodies import request
from tests.chaos.service import Service
from tests.support.begun import begin, dispatch
from tests.support.wait import wait_until

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
        begin(service.store, job_id)
        service.ledger.fix_plan(job_id, plan)
        assert dispatch(service.store, service.ledger, job_id, SHARDS) == tuple(range(SHARDS))
        for shard in reversed(range(SHARDS)):
            for _ in range(3):
                service.queue.enqueue_sample(job_id, shard, plan.fleet.key)
    service.assert_undisturbed(body, job_id)

    def all_done() -> dict[str, str]:
        first, second = service.steps_done(job_id)
        done = first | second
        return done if "sample:0" in done else {}

    done = wait_until(all_done, "the last step to be logged")
    assert done[f"sample:{SHARDS - 1}"] < done["sample:0"]
