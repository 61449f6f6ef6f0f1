import sharp from 'sharp';
import type { SeededRandom } from '../../../test/support/seeded-random.js';
import { draw, jpeg, pictureOf, type Picture } from './picture.js';

type Change = (picture: Picture, random: SeededRandom) => Promise<Buffer>;

/** Crops, slight rotations, turns and mirrors. */
export const geometryAttacks = {
  crop2: cropped(0.02),
  crop5: cropped(0.05),
  crop10: cropped(0.1),
  crop20: cropped(0.2),
  square: (picture) => jpeg(centre(picture, Math.min(picture.width, picture.height) / picture.width, 1)),
  'crop16:9': (picture) => jpeg(widescreen(picture)),
  rot1: rotated(1),
  rot2: rotated(2),
  rot5: rotated(5),
  rot1_in: straightened(1),
  rot2_in: straightened(2),
  rot5_in: straightened(5),
  rot90: (picture) => jpeg(draw(picture).rotate(90)),
  rot180: (picture) => jpeg(draw(picture).rotate(180)),
  rot270: (picture) => jpeg(draw(picture).rotate(270)),
  mirror: (picture) => jpeg(draw(picture).flop()),
  // Orientation 6 asks viewers to turn the stored pixels a quarter clockwise: it shows upright.
  exif6: (picture) => jpeg(draw(picture).rotate(270).withMetadata({ orientation: 6 })),
} satisfies Record<string, Change>;

/** Takes off `share` of the width and of the height, at a random place. */
function cropped(share: number): Change {
  return (picture, random) => {
    const width = Math.max(1, Math.round(picture.width * (1 - share)));
    const height = Math.max(1, Math.round(picture.height * (1 - share)));
    const left = random.whole(0, picture.width - width);
    const top = random.whole(0, picture.height - height);
    return jpeg(draw(picture).extract({ left, top, width, height }));
  };
}

/** The middle part that has these shares of the width and of the height. */
function centre(picture: Picture, ofWidth: number, ofHeight: number): ReturnType<typeof draw> {
  const width = Math.max(1, Math.round(picture.width * ofWidth));
  const height = Math.max(1, Math.round(picture.height * ofHeight));
  const left = Math.floor((picture.width - width) / 2);
  const top = Math.floor((picture.height - height) / 2);
  return draw(picture).extract({ left, top, width, height });
}

/** The largest middle part of 16:9, of 9:16 where the picture is upright. */
function widescreen(picture: Picture): ReturnType<typeof draw> {
  const wanted = picture.height > picture.width ? 9 / 16 : 16 / 9;
  const ratio = picture.width / picture.height;
  return ratio < wanted ? centre(picture, 1, ratio / wanted) : centre(picture, wanted / ratio, 1);
}

/** Rotated either way; the corners that appear are black. */
function rotated(degrees: number): Change {
  return (picture, random) =>
    jpeg(draw(picture).rotate(random.pick([degrees, -degrees]), { background: 'black' }));
}

/** Rotated either way and cropped to the largest inner rectangle of the same shape, as phones straighten a horizon. */
function straightened(degrees: number): Change {
  return async (picture, random) => {
    const { width: w, height: h } = picture;
    const turn = random.pick([degrees, -degrees]);
    const cos = Math.cos((degrees * Math.PI) / 180);
    const sin = Math.sin((degrees * Math.PI) / 180);
    const kept = Math.min(w / (w * cos + h * sin), h / (w * sin + h * cos));
    const turned = await pictureOf(draw(picture).rotate(turn, { background: 'black' }));
    // A pixel less on each side: the edge itself is mixed with the black around it.
    const width = Math.max(1, Math.floor(w * kept) - 2);
    const height = Math.max(1, Math.floor(h * kept) - 2);
    const left = Math.round((turned.width - width) / 2);
    const top = Math.round((turned.height - height) / 2);
    const { pixels } = turned;
    return jpeg(
      sharp(pixels, { raw: { width: turned.width, height: turned.height, channels: 3 } }).extract({
        left,
        top,
        width,
        height,
      }),
    );
  };
}
