"""Draws QR codes: the adapter of segno."""

from __future__ import annotations

from io import BytesIO

import segno


def qr_svg(text: str) -> bytes:
    """A QR code as an SVG file, dark on white with its quiet zone, of the size of its frame."""
    drawn = BytesIO()
    segno.make_qr(text, error="m").save(
        drawn, kind="svg", light="#fff", omitsize=True, svgclass=None, lineclass=None
    )
    return drawn.getvalue()
