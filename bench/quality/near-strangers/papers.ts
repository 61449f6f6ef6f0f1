import sharp from 'sharp';
import type { SeededRandom } from '../../../test/support/seeded-random.js';
import { written } from '../attacks/letters.js';
import { draw, jpeg, pictureOf, svg, toned, withDrawing, type Picture } from '../attacks/picture.js';
import { digits, filling, shot, wordLists, type Pair, type PairMaker, type Stage } from './stage.js';

/** One form with other answers. */
export const paperPairs = {
  'forms filled in otherwise': (stage) => forms(stage, white, (page) => page),
  'forms on dim paper': (stage) => forms(stage, white, (page) => toned(page, (value) => value * 0.5)),
  'forms on dark ground': (stage) => forms(stage, dark, (page) => page),
  'forms lying on a table': formsOnTable,
} satisfies Record<string, PairMaker>;

interface Colours {
  readonly paper: string;
  readonly print: string;
  readonly pen: string;
}
const white: Colours = { paper: 'white', print: '#222', pen: '#1b2f7a' };
const dark: Colours = { paper: '#1b1b1d', print: '#dcdcdc', pen: '#9cc4ff' };

/** A4 at 100 dots an inch, nearly. */
const page = { width: 848, height: 1200 };
/** What lies on a table is photographed from above: the whole picture, and how much of it is form. */
const table = { width: 1000, height: 1280, covered: 0.6 };

async function forms({ random }: Stage, colours: Colours, lit: (page: Picture) => Picture): Promise<Pair> {
  const [first, second] = twoAnswers(random);
  const scanned = async (form: Form): Promise<Buffer> => {
    const drawing = sharp(svg(page.width, page.height, drawn(form, colours)));
    return jpeg(draw(lit(await pictureOf(drawing.flatten({ background: 'white' })))));
  };
  return [await scanned(first), await scanned(second)];
}

/** The next form is laid where the last one lay, a little turned, and the light is nearly the same. */
async function formsOnTable({ photo, random }: Stage): Promise<Pair> {
  const ground = await filling(await photo(0), table.width, table.height);
  const scale = Math.sqrt((table.covered * table.width * table.height) / (page.width * page.height));
  const [first, second] = twoAnswers(random);
  const place = `translate(${table.width / 2} ${table.height / 2}) rotate(${random.between(-4, 4)}) scale(${scale})
    translate(${-page.width / 2} ${-page.height / 2})`;
  const laid = (form: Form): Promise<Picture> =>
    pictureOf(withDrawing(ground, `<g transform="${place}">${drawn(form, white)}</g>`));
  return [
    await shot(await laid(first), 1, random),
    await shot(await laid(second), random.between(0.97, 1.03), random),
  ];
}

interface Row {
  readonly label: string;
  readonly answer: string;
  /** Which of its four boxes is ticked. */
  readonly ticked: number;
}

interface Form {
  readonly title: string;
  readonly rows: readonly Row[];
}

/** The same eight to twelve questions, each answered in other words; some ticks are the same. */
function twoAnswers(random: SeededRandom): readonly [Form, Form] {
  const count = random.whole(8, 12);
  const [labels = [], ...answers] = wordLists(random, 3, count);
  const title = `FORM ${digits(random, 4)}`;
  const filledIn = (words: readonly string[] = []): Form => ({
    title,
    rows: labels.map((label, n) => ({
      label,
      answer: `${words[n] ?? ''} ${digits(random, 3)}`,
      ticked: random.whole(0, 3),
    })),
  });
  return [filledIn(answers[0]), filledIn(answers[1])];
}

/** SVG, with the paper. */
function drawn({ title, rows }: Form, { paper, print, pen }: Colours): string {
  const top = 190;
  const step = (page.height - top - 60) / rows.length;
  const lines = rows.map(({ label, answer, ticked }, n) => {
    const y = top + n * step;
    const boxes = [0, 1, 2, 3].map(
      (box) =>
        `<rect x="${600 + box * 50}" y="${y + 28}" width="26" height="26" fill="none" stroke="${print}" stroke-width="2"/>`,
    );
    const x = 600 + ticked * 50;
    return `${written({ text: label, x: 60, y, height: 13, colour: print })}
      <path d="M60 ${y + 60}H560" stroke="${print}" stroke-width="2"/>${boxes.join('')}
      ${written({ text: answer, x: 70, y: y + 28, height: 24, colour: pen })}
      <path d="M${x + 3} ${y + 31}l20 20m0-20-20 20" stroke="${pen}" stroke-width="4"/>`;
  });
  return `<rect width="${page.width}" height="${page.height}" fill="${paper}"/>
    ${written({ text: title, x: 60, y: 60, height: 40, colour: print })}
    <rect x="60" y="125" width="${page.width - 120}" height="12" fill="${print}"/>${lines.join('')}`;
}
