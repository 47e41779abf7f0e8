"""A package, so that what these tests share ends with them: the browser's event loop would disturb others."""
