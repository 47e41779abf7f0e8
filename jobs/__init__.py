"""What gateway and workers share: the records of jobs, the job store and the queue."""
