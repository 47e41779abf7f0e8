"""Authentication: find the caller of a request, and the caller's limits, from the `Authorization` header."""
