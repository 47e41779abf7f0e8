"""The description of the API: `openapi.yaml` and its examples."""
