"""The contract between gateway and worker: records, job store, queue."""
