"""Gaussian noise rounded to the grid of 8-bit pixels: makes noisy images that stay on the grid."""
