"""Whether a model is set up right: pictures with known classes in, shares of right answers and a verdict out.

It decodes pictures as the gateway does and computes as workers do. It writes nothing.
"""
