"""Workers: sampling, runtimes and the Celery tasks that drive them."""
