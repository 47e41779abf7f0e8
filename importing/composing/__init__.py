"""Composing: a denoiser and a classifier in, one classifier of noisy inputs out (denoised smoothing)."""
