"""Gaussian noise rounded to the grid of 8-bit pixels: sigma and an image in, noisy images on the grid out."""
