"""The whole service on one machine: settings come in, a running server, gateway and workers come out.

One supervisor starts them as programs and imports only what it needs to check their settings. It never
touches a job.
"""
