"""Base classifiers: one folder a model, and the registry that reads them."""
