"""The whole service on one machine: settings come in, a running server, gateway and workers come out.

One supervisor starts them as programs. It imports none of them, and never touches a job: ``make demo`` asks
the service over HTTP, as any client does.
"""
