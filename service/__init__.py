"""The HTTP gateway: a request comes in, a stored job or an answer goes out.

It imports ``registry``, ``jobs`` and ``certificates``. It never runs a model and never imports a worker. Its
rooms import one way: routes, certification, auth, http.
"""
