"""Runs over HTTP: a request's fields come in, a stored run, its summary or its table goes out."""
