"""Pictures of few colours as small PNG files: a palette instead of three bytes for each pixel."""

from __future__ import annotations

import base64
import struct
import zlib

from playwright.sync_api import Page

_COLOURS = 256
_TO_PALETTE = """async ([png, most]) => {
  const image = new Image();
  image.src = `data:image/png;base64,${png}`;
  await image.decode();
  const canvas = new OffscreenCanvas(image.width, image.height);
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  const pixels = context.getImageData(0, 0, image.width, image.height).data;
  const colour = (at) => (pixels[at] << 16) | (pixels[at + 1] << 8) | pixels[at + 2];
  const counts = new Map();
  for (let at = 0; at < pixels.length; at += 4) {
    counts.set(colour(at), (counts.get(colour(at)) ?? 0) + 1);
  }
  const palette = [...counts.keys()].sort((a, b) => counts.get(b) - counts.get(a)).slice(0, most);
  const places = new Map(palette.map((each, place) => [each, place]));
  const square = (x) => x * x;
  const between = (a, b) => square((a >> 16) - (b >> 16))
    + square(((a >> 8) & 255) - ((b >> 8) & 255)) + square((a & 255) - (b & 255));
  const placeOf = (wanted) => {
    if (!places.has(wanted)) {
      const nearest = palette.reduce((a, b) => (between(a, wanted) <= between(b, wanted) ? a : b));
      places.set(wanted, places.get(nearest));
    }
    return places.get(wanted);
  };
  let text = "";
  for (let at = 0; at < pixels.length; at += 4) text += String.fromCharCode(placeOf(colour(at)));
  return [image.width, image.height, palette, btoa(text)];
}"""


def with_palette(png: bytes, page: Page) -> bytes:
    """The same picture with its 256 most frequent colours; others become the nearest of them.

    `page` is any page of a browser, which takes the picture apart.
    """
    given = base64.b64encode(png).decode()
    width, height, palette, indexes = page.evaluate(_TO_PALETTE, [given, _COLOURS])
    pixels = base64.b64decode(indexes)
    # Each line begins with its filter, of which 0 is none.
    lines = b"".join(b"\0" + pixels[at : at + width] for at in range(0, len(pixels), width))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (
            _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
            _chunk(b"PLTE", b"".join(colour.to_bytes(3, "big") for colour in palette)),
            _chunk(b"IDAT", zlib.compress(lines, 9)),
            _chunk(b"IEND", b""),
        )
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
