"""Who asks: a request's `Authorization` header in, a caller with limits out."""
