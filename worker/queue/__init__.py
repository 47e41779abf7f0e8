"""The worker as a Celery application: messages in, steps of jobs done out.

The only room of the worker that knows Celery.
"""
