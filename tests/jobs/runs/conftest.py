"""The store of runs."""

from __future__ import annotations

import pytest
from redis import Redis

from jobs.runs.run_store import RunStore
from jobs.shared_settings import JobsSettings
from jobs.store import JobStore


@pytest.fixture
def runs(redis_client: Redis, store: JobStore) -> RunStore:
    return RunStore(redis_client, JobsSettings(), store)
