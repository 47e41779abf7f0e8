"""Workers: a step of a job comes in from the queue, counts and certificates go out to the job store.

They import ``registry``, ``jobs`` and ``certificates``, never the gateway. They never accept a request, and
nothing but them runs a model. Rooms: noise, runtimes, sampling, fixed_function, queue.
"""
