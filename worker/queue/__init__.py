"""The worker as a Celery application, which takes messages and runs the steps of jobs.

No other package of the worker uses Celery.
"""
