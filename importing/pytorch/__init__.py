"""Files of PyTorch: what they are without opening them, their weights, their networks, and export to ONNX."""
