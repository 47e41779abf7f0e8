"""Images: a file is taken apart, proved whole as far as its format allows, and brought to a model's input."""

from service.certification.images.decoding import LARGEST_PIXEL_LIMIT, decode_image, refuse_doubtful_images

__all__ = ["LARGEST_PIXEL_LIMIT", "decode_image", "refuse_doubtful_images"]
