import type { Figures, FirstFigures, FullFigures } from './figures.js';
import { copyKinds } from './library.js';

const mostInVain = 0.1;
const mostTimesListing = 4;

/** The figures as markdown: one column a library. */
export function sectionOf(all: readonly Figures[], madeBy: string, msAPage: number): string {
  const row = (name: string, of: (figures: Figures) => string): string =>
    `| ${name} | ${all.map(of).join(' | ')} |`;
  const first = (name: string, of: (first: FirstFigures, all: Figures) => string): string =>
    row(name, (figures) => of(figures.first, figures));
  const full = (name: string, which: 'full' | 'second', of: (full: FullFigures) => string): string =>
    row(name, ({ [which]: figures }) => (figures === null ? '-' : of(figures)));
  const rows = [
    row('seconds of the bare listing', ({ bare }) => bare.toFixed(1)),
    first('seconds until all are listed', ({ listed }) => listed.toFixed(1)),
    first('seconds until the candidates are looked at', ({ proven }) => proven.toFixed(1)),
    first('**seconds until the first labels are written**', ({ seconds }) => seconds.toFixed(1)),
    first(`the same / the bare listing (aim: at most ${mostTimesListing})`, ({ seconds }, { bare }) =>
      judged(seconds / bare, mostTimesListing, 1),
    ),
    first('thumbnails downloaded for them', ({ downloads }) => whole(downloads)),
    first(`of photos outside true groups, a photo (aim: at most ${mostInVain})`, ({ inVain }) =>
      judged(inVain, mostInVain, 3),
    ),
    first('copies labelled by them', ({ recall }) => percent(recall.all)),
    ...copyKinds.map((how) => first(`- ${how}`, ({ recall }) => percent(recall[how]))),
    row('copies labelled by them, of those of the whole scan', ({ first: early, full: late }) =>
      late === null ? '-' : percent(early.recall.all / late.recall.all),
    ),
    first('photos labelled that are copies of none', ({ strangers }) => whole(strangers)),
    first('peak memory by then, MB', ({ peakRssMb }) => whole(peakRssMb)),
    first('event loop held up until then, longest, ms', ({ longestStallMs }) => whole(longestStallMs)),
    full('seconds until the end of the scan', 'full', ({ seconds }) => seconds.toFixed(1)),
    full('thumbnails downloaded', 'full', ({ downloads }) => whole(downloads)),
    full('copies labelled', 'full', ({ recall }) => percent(recall.all)),
    full('photos labelled that are copies of none', 'full', ({ strangers }) => whole(strangers)),
    full('peak memory, MB', 'full', ({ peakRssMb }) => whole(peakRssMb)),
    full('event loop held up, longest, ms', 'full', ({ longestStallMs }) => whole(longestStallMs)),
    full('seconds of the same scan again', 'second', ({ seconds }) => seconds.toFixed(1)),
    full('its requests', 'second', ({ requests }) =>
      whole(Object.values(requests).reduce((a, b) => a + b, 0)),
    ),
    full('its downloads, labels written (aim: none)', 'second', (f) => `${f.downloads}, ${f.writes}`),
  ];
  return `## A large library: how soon the first labels are there

${madeBy}

Made-up libraries (\`bench/first-pass/\`): of 100 photos five are copies of others, two belong to bursts. ThumbHashes are those of parts of photographs; each
thumbnail agrees with its ThumbHash and is made up beyond it. The server, in a process of its own on the same machine, waits ${msAPage} ms before each
page of the listing, as a real one needs 300 to 600 ms, and draws each thumbnail when it is asked for, which takes 2.5 ms of one of
the two processors: about what a real one needs to look up who asks and which file is meant.

| photos | ${all.map(({ photos }) => whole(photos)).join(' | ')} |
| --- |${all.map(() => ' ---: |').join('')}
${rows.join('\n')}

${all.flatMap(requestsOf).join('\n')}
`;
}

function requestsOf({ photos, first, full, second }: Figures): string[] {
  const line = (what: string, { requests }: Pick<FirstFigures, 'requests'>): string => {
    const list = Object.entries(requests).map(([route, n]) => `${whole(n)} x \`${route}\``);
    return `- ${whole(photos)} photos, requests ${what}: ${list.join(', ')}.`;
  };
  return [
    line('until the candidates were looked at', first),
    ...(full === null ? [] : [line('of the whole scan', full)]),
    ...(second === null ? [] : [line('of the second scan', second)]),
  ];
}

function judged(value: number, most: number, digits: number): string {
  return `${value.toFixed(digits)} (${value <= most ? 'met' : 'missed'})`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function whole(n: number): string {
  return n.toLocaleString('en');
}
