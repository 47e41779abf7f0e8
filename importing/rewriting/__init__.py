"""Rewriting: an ONNX graph in, the same function in the one form that workers run out.

Each module changes one thing, and says what it changed in a sentence.
"""
