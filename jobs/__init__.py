"""What gateway and workers share: records of jobs come in, and go out to whoever needs them next.

The job store, the queue, leases and the watchdog. It imports ``certificates`` alone, and never reads a model
or an image.
"""
