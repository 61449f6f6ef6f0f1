/* What grey pictures do not show, through a whole scan. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import t, { type Test } from 'tap';
import { emptyStage, runScan, withAgent } from '../support/agent-stage.js';
import { drawScene } from '../support/pictures.js';

/** Groups as `*keeper extra evidence`. */
const found = async (t: Test, pictures: Record<string, Buffer>): Promise<string[]> =>
  (await examined(t, pictures)).groups;

/** Groups, and pairs that a person may judge. */
async function examined(
  t: Test,
  pictures: Record<string, Buffer>,
): Promise<{ groups: string[]; review: string[] }> {
  const stage = await emptyStage(t);
  for (const [id, bytes] of Object.entries(pictures)) await stage.add(id, bytes);
  t.match(await runScan(stage.config), { failed: 0, errors: [] });
  return withAgent(stage.config, ({ state: { photos, groups, copies } }) =>
    Promise.resolve({
      groups: groups
        .groups()
        .map(({ members }) =>
          members
            .map(({ key, role, evidence }) =>
              role === 'keeper' ? `*${photos.get(key)?.name}` : `${photos.get(key)?.name} ${evidence?.kind}`,
            )
            .join(' '),
        ),
      review: copies
        .likely(100)
        .map(({ a, b }) => [photos.byId(a)?.name, photos.byId(b)?.name].sort().join(' ')),
    }),
  );
}

const photo = (turned = 0): Promise<Buffer> =>
  drawScene(11, { width: 480, height: 320 }).then((picture) =>
    sharp(picture).modulate({ saturation: 1.6, hue: turned }).jpeg({ quality: 85 }).toBuffer(),
  );

void t.test('a larger grey file is no reason to delete the original in colour', async (t) => {
  const colour = await photo();
  const grey = await sharp(colour).greyscale().jpeg({ quality: 100 }).toBuffer();
  t.ok(grey.length > colour.length);
  t.same(await found(t, { colour, grey }), ['*colour.jpg grey.jpg edited']);
});

void t.test('of black-and-white photographs copies are found as ever', async (t) => {
  const large = await sharp(await photo())
    .greyscale()
    .jpeg({ quality: 95 })
    .toBuffer();
  const small = await sharp(large).resize(400).jpeg().toBuffer();
  t.same(await found(t, { large, small }), ['*large.jpg small.jpg same-picture']);
});

void t.test('pictures in other hues are no group, but shown for review', async (t) => {
  const one = await photo();
  const other = await photo(180);
  const cut = await sharp(other).extract({ left: 24, top: 16, width: 440, height: 290 }).jpeg().toBuffer();
  t.same(await examined(t, { one, other }), { groups: [], review: ['one.jpg other.jpg'] });
  t.same(await examined(t, { one, cut }), { groups: [], review: ['cut.jpg one.jpg'] });
});

void t.test('in folders too, whatever else has the same bytes', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'hues-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const [red, blue] = [await photo(), await photo(180)];
  for (const name of ['red', 'red-again']) await writeFile(join(folder, `${name}.jpg`), red);
  await writeFile(join(folder, 'blue.jpg'), blue);
  const stage = await emptyStage(t);
  const config = stage.with({ folders: [{ name: 'nas', path: folder }], accounts: [] });
  t.match(await runScan(config), { failed: 0, errors: [], groups: 1, extras: 1 });
  await writeFile(join(folder, 'red-later.jpg'), red);
  t.match(await runScan(config), { failed: 0, errors: [], groups: 1, extras: 2 });
});

void t.test('a turned copy is found, however its colours lie', async (t) => {
  const halves = `<svg width="480" height="320"><rect width="240" height="320" fill="#f40" opacity=".55"/>
    <rect x="240" width="240" height="320" fill="#04f" opacity=".55"/></svg>`;
  const upright = await sharp(await photo())
    .composite([{ input: Buffer.from(halves) }])
    .jpeg({ quality: 95 })
    .toBuffer();
  const turned = await sharp(upright).rotate(180).jpeg({ quality: 80 }).toBuffer();
  t.same(await found(t, { upright, turned }), ['*upright.jpg turned.jpg edited']);
});
