"""Check that a JPEG's scans hold every coefficient of every component, down to the last bit."""

from __future__ import annotations

from collections.abc import Sequence

import simplejpeg

from service.certification.images.refusals import damaged, invalid

MAX_SCANS = 100
"""A choice: encoders write about ten scans, at most some thirty, and each costs a pass over the picture."""
_NOT_CODED = -1


def check_scans(frame: bytes, scans: Sequence[bytes], *, progressive: bool) -> None:
    """Check the headers of the scans against the header of the frame (ITU-T T.81, B.2.2, B.2.3 and G.1.1.1).

    Decoders show a picture without any warning if a component's only scan, or a progressive picture's last
    scans, are missing.

    Raises:
        ProblemError: ``invalid-image``: something is missing, stated twice, or not accepted.

    """
    components = _components(frame)
    if len(scans) > MAX_SCANS:
        raise damaged(f"it has more than {MAX_SCANS} scans")
    lowest_bit = {component: [_NOT_CODED] * 64 for component in components}
    for scan in scans:
        count = scan[0] if scan else 0
        if not 1 <= count <= 4 or len(scan) != 4 + 2 * count:
            raise damaged("the header of a scan is broken")
        first, last, bit = (scan[-3], scan[-2], scan[-1] & 15) if progressive else (0, 63, 0)
        for component in scan[1 : 1 + 2 * count : 2]:
            coded = lowest_bit.get(component)
            if coded is None or not first <= last <= 63:
                raise damaged("the header of a scan is broken")
            if not progressive and coded[0] != _NOT_CODED:
                raise damaged("it holds a component twice")
            coded[first : last + 1] = [bit] * (last + 1 - first)
    if any(bit != 0 for coded in lowest_bit.values() for bit in coded):
        raise damaged("scans are missing, so that the picture lacks detail or colour")


def _components(frame: bytes) -> list[int]:
    """Return the identifiers of the frame's components."""
    count = frame[5] if len(frame) > 5 else 0
    if len(frame) != 6 + 3 * count:
        raise damaged("its frame header is broken")
    if frame[0] != 8 or count not in (1, 3, 4):
        raise invalid(
            f"is a JPEG of {count} components with {frame[0]} bits each; accepted are 1, 3 or 4 with 8 bits"
        )
    components = list(frame[6::3])
    if len(set(components)) != count:
        raise damaged("its frame header names a component twice")
    return components


def check_decoding(pixels: bytes) -> None:
    """Decode the picture with a decoder that treats each of libjpeg's warnings as an error.

    Pillow hides these warnings. The picture is reduced eightfold, which is cheap: all scans are still read to
    their end, and only the inverse transforms are left out.

    Raises:
        ProblemError: ``invalid-image``.

    """
    try:
        _, _, space, _ = simplejpeg.decode_jpeg_header(pixels)
        target = {"Gray": "GRAY", "CMYK": "CMYK", "YCCK": "CMYK"}.get(space, "RGB")
        simplejpeg.decode_jpeg(pixels, target, min_height=1, min_width=1, strict=True)
    except ValueError as error:
        raise damaged(f"its picture cannot be decoded to the end ({error})") from error
