/**
 * Measures how many photos are fingerprinted a second and core, beside decoding alone and what npm has for the purpose, and
 * writes its section of docs/BENCHMARKS.md:
 *
 *   npx tsx bench/hash.ts [--photos DIR] [--count 30] [--rounds 15]
 *
 * `--photos`: a folder tree of photographs, else scenes are drawn. `--count`: pictures of each size; a third of it at 12 MP.
 */
import { parseArgs } from 'node:util';
import { allHashers, type Hasher } from './hash/hashers.js';
import { picturesOf, sizes, type Size } from './hash/pictures.js';
import { cpuMsOf, judged, median, shown } from './measure.js';
import { madeBy, writeSection } from './report.js';

const { values } = parseArgs({
  options: {
    photos: { type: 'string' },
    count: { type: 'string', default: '30' },
    rounds: { type: 'string', default: '15' },
  },
});
const count = Number(values.count);
const rounds = Number(values.rounds);
const heavyRounds = Math.min(rounds, 3);
const hashers = await allHashers();

/**
 * CPU milliseconds a picture, medians of the rounds, in the order of the hashers. They take turns in an order that is drawn
 * anew for each round, so that whatever else slows the machine slows all; those that leave much memory to be freed come apart.
 */
async function measure(pictures: readonly Buffer[]): Promise<number[]> {
  const taken = new Map(hashers.map((hasher) => [hasher, [] as number[]]));
  for (const isHeavy of [false, true])
    for (let round = 0; round < (isHeavy ? heavyRounds : rounds); round++)
      for (const [{ hash }, times] of [...taken]
        .filter(([hasher]) => hasher.isHeavy === isHeavy)
        .sort(() => Math.random() - 0.5))
        times.push(
          await cpuMsOf(async () => {
            for (const picture of pictures) await hash(picture);
          }),
        );
  return [...taken.values()].map((times) => median(times) / pictures.length);
}

for (const size of sizes)
  for (const picture of await picturesOf(size, 3, values.photos))
    for (const { hash } of hashers) await hash(picture);

const results = new Map<Size, number[]>();
for (const size of sizes) {
  const pictures = await picturesOf(
    size,
    size === '12 MP JPEG' ? Math.ceil(count / 3) : count,
    values.photos,
  );
  results.set(size, await measure(pictures));
  console.error(`${size}: measured`);
}

const msOf = (size: Size, name: Hasher['name']): number =>
  results.get(size)?.[hashers.findIndex((hasher) => hasher.name === name)] ?? NaN;

function row(size: Size, { name, what }: Hasher): string {
  const ms = msOf(size, name);
  const ratios = (['decode alone', 'sharp-phash'] as const).map((peer) => shown(msOf(size, peer) / ms));
  return `| ${size} | ${what} | ${shown(ms)} | ${shown(1000 / ms)} | ${ratios.join(' | ')} |`;
}

function aims(): string {
  const ratio = (peer: Hasher['name']): number => msOf('250 px WebP', peer) / msOf('250 px WebP', 'ours');
  const [decode, package64] = [ratio('decode alone'), ratio('sharp-phash')];
  return [
    judged(`From 250 px thumbnails at least 0.85 of decoding alone (${shown(decode)})`, decode >= 0.85),
    judged(`at least 1.6 times sharp-phash (${shown(package64)})`, package64 >= 1.6),
  ].join('; ');
}

const command = `npx tsx bench/hash.ts${values.photos === undefined ? '' : ' --photos DIR'} --count ${count} --rounds ${rounds}`;
const report = `## Photos fingerprinted a second and core

${madeBy(command)}

CPU time of all threads from encoded bytes in memory, the median of ${rounds} rounds (imghash,
blockhash: ${heavyRounds}) over ${count} ${values.photos === undefined ? 'drawn scenes' : 'photographs'} (a third of them at 12 MP). The last two columns are the speed as a multiple of decoding alone and of the package sharp-phash.

| picture | what | CPU ms | photos a second and core | x decode | x sharp-phash |
| --- | --- | --- | --- | --- | --- |
${sizes.flatMap((size) => hashers.map((hasher) => row(size, hasher))).join('\n')}

${aims()}.
`;
writeSection('hash', report);
console.log(report);
