"""The figures of the paper "Tight Second-Order Certificates for Randomized Smoothing", drawn by this project.

``numbers`` computes what a figure shows, ``pictures`` draws it, ``catalogue`` lists the figures.
"""
