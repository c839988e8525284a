"""Codes read from pictures, as a phone's camera would: from a screenshot, a picture file, a printed sheet."""

from __future__ import annotations

import io

import pypdfium2
import zxingcpp
from PIL import Image


def codes_in(picture: bytes | Image.Image, *, light: float = 1.0, scale: float = 1.0) -> list[str]:
    """The text of every QR code in a picture; `light` 0.4 is a dimmed screen, `scale` 0.5 half the size."""
    image = picture if isinstance(picture, Image.Image) else Image.open(io.BytesIO(picture))
    image = image.convert("RGB")
    if light != 1.0:
        image = image.point(lambda value: int(value * light))
    if scale != 1.0:
        image = image.resize((round(image.width * scale), round(image.height * scale)), Image.Resampling.BILINEAR)
    return [found.text for found in zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.QRCode)]


def first_sheet(pdf: bytes, *, dots_per_inch: int = 150) -> Image.Image:
    """The first page of a PDF as a scanner sees it."""
    document = pypdfium2.PdfDocument(pdf)
    image: Image.Image = document[0].render(scale=dots_per_inch / 72).to_pil()
    return image
