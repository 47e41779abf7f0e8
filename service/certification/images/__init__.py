"""Images: split a file into its parts, check that it is whole, and convert it to a model's input."""

from service.certification.images.decoding import decode_image, refuse_doubtful_images
from service.http.problems import ProblemError as ImageRefused

__all__ = ["ImageRefused", "decode_image", "refuse_doubtful_images"]
