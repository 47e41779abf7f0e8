"""Images: split a file into its parts, check that it is whole, and convert it to a model's input."""

from service.certification.images.decoding import LARGEST_PIXEL_LIMIT, decode_image, refuse_doubtful_images

__all__ = ["LARGEST_PIXEL_LIMIT", "decode_image", "refuse_doubtful_images"]
