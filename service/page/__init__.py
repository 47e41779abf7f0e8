"""The page at `/`: static files that use the service through its API alone."""
