"""Certifications: a request's body in, a checked job out; a stored job in, an answer out."""
