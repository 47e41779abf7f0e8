"""Workers: noise, sampling, model runtimes, and the Celery tasks that run the steps of jobs."""
