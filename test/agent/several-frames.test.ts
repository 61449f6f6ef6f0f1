/* Pictures that hold several frames or pages, through a whole scan: only the first one of each is compared in full. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import t, { type Test } from 'tap';
import type { Config } from '../../src/config.js';
import { emptyStage, runScan, scene, withAgent, type AgentStage } from '../support/agent-stage.js';

const tag = ['possible-duplicate'];

type Kind = 'gif' | 'webp' | 'tiff';

/** Scenes one after the other in one file; `delay` in milliseconds a frame. */
async function joined(kind: Kind, seeds: readonly number[], delay = 200, width = 480): Promise<Buffer> {
  const frames = await Promise.all(
    seeds.map(async (seed) =>
      sharp(await scene(seed))
        .resize(width)
        .png()
        .toBuffer(),
    ),
  );
  const all = frames.length === 1 ? sharp(frames[0]) : sharp(frames, { join: { animated: true } });
  if (kind === 'tiff') return all.tiff({ compression: 'lzw' }).toBuffer();
  return kind === 'gif'
    ? all.gif({ delay, effort: 1 }).toBuffer()
    : all.webp({ delay, quality: 70 }).toBuffer();
}

/** A config for the stage and a folder beside its state that holds these files. */
async function withFolder(stage: AgentStage, files: Record<string, Buffer>): Promise<Config> {
  const path = join(stage.stateDir, '..', 'nas');
  await mkdir(path, { recursive: true });
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(path, name), bytes);
  return stage.with({ folders: [{ name: 'nas', path }] });
}

/** What was found: groups as `*keeper extra evidence`, and pairs that a person may judge. */
async function found(t: Test, config: Config): Promise<{ groups: string[]; review: string[] }> {
  t.match(await runScan(config), { failed: 0, errors: [] });
  return withAgent(
    config,
    ({ state: { photos, groups, copies } }) => {
      const review = copies
        .likely(100)
        .map(({ a, b }) => [photos.byId(a)?.name, photos.byId(b)?.name].sort().join(' '));
      const made = groups
        .groups()
        .map(({ members }) =>
          members
            .map(({ key, role, evidence }) =>
              role === 'keeper' ? `*${photos.get(key)?.name}` : `${photos.get(key)?.name} ${evidence?.kind}`,
            )
            .join(' '),
        );
      return Promise.resolve({ groups: made.sort(), review: review.sort() });
    },
    { sources: 'local' },
  );
}

for (const kind of ['gif', 'webp', 'tiff'] as const) {
  void t.test(`${kind}: two files that begin alike and go on differently are no duplicates`, async (t) => {
    const config = await withFolder(await emptyStage(t), {
      [`beach.${kind}`]: await joined(kind, [5, 6, 7]),
      [`other.${kind}`]: await joined(kind, [5, 8, 9], 200, 420),
      [`longer.${kind}`]: await joined(kind, [5, 6, 7, 8], 200, 400),
    });
    t.same(await found(t, config), { groups: [], review: [] });
  });

  void t.test(`${kind}: a smaller copy that is the same all through is found`, async (t) => {
    const config = await withFolder(await emptyStage(t), {
      [`beach.${kind}`]: await joined(kind, [5, 6, 7]),
      [`small.${kind}`]: await joined(kind, [5, 6, 7], 200, 360),
    });
    t.same((await found(t, config)).groups, [`*beach.${kind} small.${kind} same-picture`]);
  });

  void t.test(
    `${kind}: a still is an extra of what it was taken from, never the other way round`,
    async (t) => {
      const moving = await joined(kind, [5, 6, 7], 200, 400);
      const small = await sharp(await scene(5))
        .resize(200)
        .jpeg()
        .toBuffer();
      const config = await withFolder(await emptyStage(t), {
        [`beach.${kind}`]: moving,
        'still.jpg': small,
        'large.jpg': await scene(5),
      });
      const { groups } = await found(t, config);
      t.same(groups, ['*large.jpg still.jpg same-picture'], 'what moves is no extra of the larger still');
      const without = await withFolder(await emptyStage(t), {
        [`beach.${kind}`]: moving,
        'still.jpg': small,
      });
      t.same((await found(t, without)).groups, [`*beach.${kind} still.jpg edited`]);
    },
  );
}

void t.test(
  'a still GIF is compared like any picture, and animations of the same bytes are one',
  async (t) => {
    const moving = await joined('gif', [6, 7]);
    const config = await withFolder(await emptyStage(t), {
      'beach.gif': await joined('gif', [5]),
      'beach-small.gif': await joined('gif', [5], 0, 360),
      'a.gif': moving,
      'b.gif': moving,
    });
    t.same((await found(t, config)).groups, [
      '*a.gif b.gif same-bytes',
      '*beach.gif beach-small.gif same-picture',
    ]);
  },
);

for (const version of ['1.137.0', '3.1.0'] as const)
  void t.test(
    `Immich ${version}: animations that are equally long and share the frame that is shown are not labelled`,
    async (t) => {
      const stage = await emptyStage(t, { version });
      const add = async (name: string, seed: number, width: number, more: object): Promise<void> => {
        const poster = await sharp(await scene(seed))
          .resize(width)
          .jpeg()
          .toBuffer();
        const size = { width, height: Math.round((width * 2) / 3) };
        await stage.add(name, Buffer.from(name), { fileName: name, poster, ...size, ...more });
      };
      await add('as-long.gif', 5, 480, { durationMs: 2000 });
      await add('as-long-small.gif', 5, 360, { durationMs: 2030 });
      await add('longer.gif', 5, 300, { durationMs: 2600 });
      await add('untold-1.gif', 6, 480, {});
      await add('untold-2.gif', 6, 360, {});
      await add('still.webp', 7, 480, {});
      await add('still.jpg', 7, 360, {});
      await add('scan-1.tif', 8, 480, {});
      await add('scan-2.tif', 8, 360, {});
      t.same(await found(t, stage.config), {
        groups: ['*still.webp still.jpg same-picture'],
        review: ['as-long-small.gif as-long.gif', 'scan-1.tif scan-2.tif', 'untold-1.gif untold-2.gif'],
      });
      t.same(await stage.tags(), { 'still.jpg': tag });
    },
  );
