import type { Evidence, Photo } from '../../model.js';
import { coloursOf, type ThumbColours } from '../thumb/thumb-colours.js';
import { frequencyAt, parseThumbHash, placesOf } from '../thumb/thumb-hash.js';

/* All else compares grey pictures. Bounds: of 115 photographs, re-encoded, resized, lighter, warmer, 20 % paler, with other profiles. */

/** A photo's colours are known by its ThumbHash alone. */
export type Coloured = Pick<Photo, 'thumbHash'>;

/** A grey JPEG has none at all; strengths are 0 to 1, half of all photographs have more than 0.1. */
const mostOfGrey = 0.02;
/** Next to a grey picture this is colour. */
const leastBesideGrey = 0.03;
/** Both this strong, and nearly at right angles: other hues. The nearest two of one photograph, one of them warmer, were at 0.27. */
const leastOfHues = 0.06;
const mostAlikeHues = 0.2;
/** Of 108 photographs: in light 12 to 15 % cooler three had other hues and parts from 0.77 on alike; with hues turned by 60 to 270 degrees all were below 0.55. */
const leastOfParts = 0.025;
const leastAlikeParts = 0.65;
/** Colours this strong, neither of one tint, that lie so far from each other in their mean as in their parts: 2 of 4,200 copies, in harsh other light. */
const leastOfStrong = 0.1;
const leastAlikeStrong = 0.65;
/** A tint is stronger than this, and so much of its strength may differ from place to place with other things than the light. */
const leastOfTint = 0.07;
const mostBesideTint = 0.09;
/** Clearly other colours: so far apart, and by this share of the stronger ones. Where the colours lie tells more than their mean. */
const leastApart = { all: 0.1, parts: 0.04 } as const;
const leastShareApart = 0.6;

/**
 * How the colours of two pictures compare: `alike` = one may be made of the other by what cameras and sites do; `changed` = one
 * is grey, toned or in other colours; `other-hues` = a red shirt and a blue one, perhaps. Symmetric.
 */
export type ColourRelation = 'alike' | 'changed' | 'other-hues';

/** Of two pictures as they stand; `alike` where the colours of one are not known. */
export function coloursBetween(a: Coloured, b: Coloured): ColourRelation {
  const [one, other] = [knownColours(a), knownColours(b)];
  if (one === null || other === null) return 'alike';
  const [first, second] = [allOf(one), allOf(other)];
  const [weak, strong] = [lengthOf(first), lengthOf(second)].sort((x, y) => x - y) as [number, number];
  if (weak < mostOfGrey && strong > leastBesideGrey) return 'changed';
  if (haveOtherHues(first, second)) {
    const isOneScene = isToned(one) || isToned(other) || haveOtherLight(one, other);
    return isOneScene ? 'changed' : 'other-hues';
  }
  if (areStrongAndOther(one, other)) return 'other-hues';
  const isApart =
    areApart(first, second, leastApart.all) || areApart(one.parts, other.parts, leastApart.parts);
  return isApart ? 'changed' : 'alike';
}

/** Of pictures that are turned, mirrored or cropped: their means alone say something, and only of hues. */
function meansBetween(a: Coloured, b: Coloured): ColourRelation {
  const [one, other] = [knownColours(a), knownColours(b)];
  if (one === null || other === null || isToned(one) || isToned(other)) return 'alike';
  return haveOtherHues(one.mean, other.mean) ? 'other-hues' : 'alike';
}

/**
 * What evidence of grey pictures is worth, `kind` being what it says without colours. Who deletes a picture for its grey copy
 * loses the colours: that is an edit. Other hues may be another thing: `similar`, which no label follows from.
 */
export function kindByColours(a: Coloured, b: Coloured, kind: Evidence['kind']): Evidence['kind'] {
  if (kind !== 'same-picture' && kind !== 'edited') return kind;
  const relation = kind === 'same-picture' ? coloursBetween(a, b) : meansBetween(a, b);
  if (relation === 'other-hues') return 'similar';
  return relation === 'changed' ? 'edited' : kind;
}

/** How much of the colours that were there a picture may still have: none, one tint all over, or all of them. */
export type Colouring = 'grey' | 'tinted' | 'full';

/**
 * What is known of a photo by itself; `full` where its colours are not known. A tint is as strong everywhere, or rises and falls
 * with the light; yellow to red as sepia is. Of 327 photographs half of the sepia copies are `tinted`, and four of the originals; none
 * of 1,300 copies of these in other sizes and encodings is another one in this than its original.
 */
export function colouringOf(photo: Coloured): Colouring {
  const colours = knownColours(photo);
  if (colours === null) return 'full';
  if (lengthOf(allOf(colours)) < mostOfGrey) return 'grey';
  const { mean, parts } = colours;
  const strength = lengthOf(mean);
  if (strength <= leastOfTint || !isWarm(mean)) return 'full';
  const light = lightOf(photo);
  const [yellow, red] = [parts.slice(0, light.length), parts.slice(light.length)];
  const rest = lengthOf([...withoutLight(yellow, light), ...withoutLight(red, light)]);
  return rest < mostBesideTint * strength ? 'tinted' : 'full';
}

/** The light where the parts of the colours are, to a scale of its own. */
function lightOf({ thumbHash }: Coloured): readonly number[] {
  const luma = thumbHash && parseThumbHash(thumbHash)?.luma;
  return placesOf(3, 3).map((place) => {
    const frequency = frequencyAt[place];
    const isProduct = frequency !== undefined && frequency.x > 0 && frequency.y > 0;
    return (luma?.[place] ?? 0) * (isProduct ? Math.SQRT2 : 1);
  });
}

/** What is left of the values when as much of the light is taken away as they have. */
function withoutLight(values: readonly number[], light: readonly number[]): readonly number[] {
  const power = dot(light, light);
  const share = power > 0 ? dot(values, light) / power : 0;
  return values.map((value, i) => value - share * (light[i] ?? 0));
}

function knownColours({ thumbHash }: Coloured): ThumbColours | null {
  return thumbHash && coloursOf(thumbHash);
}

/**
 * Sepia: one warm hue all over, stronger here and weaker there. Of sepia copies 98 % are within these bounds, and some
 * photographs of wood, sand or evening light.
 */
function isToned({ mean, parts }: ThumbColours): boolean {
  const strength = lengthOf(mean);
  return strength > 0.03 && isWarm(mean) && lengthOf(parts) < 0.6 * strength;
}

/** Of the hues of sepia. */
function isWarm([yellow, red]: ThumbColours['mean']): boolean {
  const hue = (Math.atan2(red, yellow) * 180) / Math.PI;
  return hue >= -5 && hue <= 45;
}

function haveOtherHues(a: readonly number[], b: readonly number[]): boolean {
  const [one, other] = [lengthOf(a), lengthOf(b)];
  if (Math.min(one, other) <= leastOfHues) return false;
  return dot(a, b) < mostAlikeHues * one * other;
}

/** A light green ground with magenta on it, and an olive one with blue. */
function areStrongAndOther(a: ThumbColours, b: ThumbColours): boolean {
  if (isToned(a) || isToned(b)) return false;
  const areOther = (one: readonly number[], other: readonly number[]): boolean =>
    dot(one, other) < leastAlikeStrong * lengthOf(one) * lengthOf(other);
  const weaker = Math.min(lengthOf(allOf(a)), lengthOf(allOf(b)));
  return weaker > leastOfStrong && areOther(allOf(a), allOf(b)) && areOther(a.parts, b.parts);
}

/** Warmer or cooler light moves all colours alike: they differ from place to place as before. A hue that is turned does not. */
function haveOtherLight({ parts: a }: ThumbColours, { parts: b }: ThumbColours): boolean {
  const [one, other] = [lengthOf(a), lengthOf(b)];
  return Math.min(one, other) > leastOfParts && dot(a, b) > leastAlikeParts * one * other;
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
}

function areApart(a: readonly number[], b: readonly number[], least: number): boolean {
  const apart = lengthOf(a.map((value, i) => value - (b[i] ?? 0)));
  return apart > least && apart > leastShareApart * Math.max(lengthOf(a), lengthOf(b));
}

function allOf({ mean, parts }: ThumbColours): readonly number[] {
  return [...mean, ...parts];
}

function lengthOf(values: readonly number[]): number {
  return Math.hypot(...values);
}
