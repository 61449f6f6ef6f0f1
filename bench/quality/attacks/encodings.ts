import { draw, jpeg, open, type Picture } from './picture.js';

type Change = (picture: Picture) => Promise<Buffer>;

/** Other sizes, qualities and formats of the whole picture. */
export const encodingAttacks = {
  orig_png: (picture) => draw(picture).png({ compressionLevel: 3 }).toBuffer(),
  resize50: (picture) => jpeg(stretched(picture, 0.5, 0.5)),
  resize25: (picture) => jpeg(stretched(picture, 0.25, 0.25)),
  upscale2: (picture) => jpeg(stretched(picture, 2, 2)),
  stretch10: (picture) => jpeg(stretched(picture, 1.1, 1)),
  jpeg80: (picture) => jpeg(draw(picture), 80),
  jpeg50: (picture) => jpeg(draw(picture), 50),
  jpeg20: (picture) => jpeg(draw(picture), 20),
  webp75: (picture) => draw(picture).webp({ quality: 75 }).toBuffer(),
  avif50: (picture) => draw(picture).avif({ quality: 50, effort: 2 }).toBuffer(),
  messaging: (picture) => sent(picture, 1600, 75),
  messaging2: async (picture) => sent(await open(await sent(picture, 1280, 60)), 1024, 70),
  // The two copies that Immich makes of every photo: its thumbnail and its preview.
  immich250: (picture) => covering(picture, 250).webp({ quality: 80 }).toBuffer(),
  immich1440: (picture) => jpeg(covering(picture, 1440), 80),
} satisfies Record<string, Change>;

function stretched(picture: Picture, byWidth: number, byHeight: number): ReturnType<typeof draw> {
  const width = Math.max(1, Math.round(picture.width * byWidth));
  const height = Math.max(1, Math.round(picture.height * byHeight));
  return draw(picture).resize(width, height, { fit: 'fill' });
}

/** As messengers do it: long side at most `side` pixels, encoded anew, no metadata. */
function sent(picture: Picture, side: number, quality: number): Promise<Buffer> {
  return jpeg(draw(picture).resize(side, side, { fit: 'inside', withoutEnlargement: true }), quality);
}

/** Short side at most `side` pixels. */
function covering(picture: Picture, side: number): ReturnType<typeof draw> {
  return draw(picture).resize(side, side, { fit: 'outside', withoutEnlargement: true });
}
