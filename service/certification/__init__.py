"""Certifications: turn a request's body into a checked job, and a stored job into an answer."""
