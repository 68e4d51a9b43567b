// Reads a PNG image as far as the tests need it: 8 bits a channel, not interlaced.
import { inflateSync } from 'node:zlib';

/** { width, height, pixel(x, y) } where a pixel is 0xRRGGBB. */
export function readPng(bytes) {
  const width = bytes.readUInt32BE(16);
  const height = bytes.readUInt32BE(20);
  const channels = { 2: 3, 6: 4 }[bytes[25]];
  if (bytes.toString('latin1', 1, 4) !== 'PNG' || bytes[24] !== 8 || !channels || bytes[28] !== 0) throw new Error('no such PNG is read');
  const pieces = [];
  for (let at = 8; at < bytes.length;) {
    const size = bytes.readUInt32BE(at);
    if (bytes.toString('latin1', at + 4, at + 8) === 'IDAT') pieces.push(bytes.subarray(at + 8, at + 8 + size));
    at += size + 12;
  }
  const raw = inflateSync(Buffer.concat(pieces));
  const stride = width * channels;
  const out = Buffer.alloc(height * stride);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)];
    for (let x = 0; x < stride; x++) {
      const left = x >= channels ? out[y * stride + x - channels] : 0;
      const up = y > 0 ? out[(y - 1) * stride + x] : 0;
      const corner = x >= channels && y > 0 ? out[(y - 1) * stride + x - channels] : 0;
      const [a, b, c] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)];
      const paeth = a <= b && a <= c ? left : b <= c ? up : corner;
      out[y * stride + x] = raw[y * (stride + 1) + 1 + x] + [0, left, up, (left + up) >> 1, paeth][filter];
    }
  }
  return { width, height, pixel: (x, y) => out.readUIntBE(y * stride + x * channels, 3) };
}

/** How many pixels have each colour. */
export function colours(image) {
  const counts = new Map();
  for (let y = 0; y < image.height; y++) {
    for (let x = 0; x < image.width; x++) counts.set(image.pixel(x, y), (counts.get(image.pixel(x, y)) ?? 0) + 1);
  }
  return counts;
}
