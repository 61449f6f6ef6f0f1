/* DESIGN §3: which part may know which. Reads the imports under src/, those of types too. */
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import t from 'tap';

const root = join(import.meta.dirname, '..', 'src');
const longestFile = 300;

interface SourceFile {
  /** Path below src, with its ending. */
  readonly path: string;
  readonly lines: number;
  /** Paths below src of our own files that it imports. */
  readonly imports: readonly string[];
}

const files: readonly SourceFile[] = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => path.endsWith('.ts'))
  .sort()
  .map(readSource);

function readSource(path: string): SourceFile {
  const text = readFileSync(join(root, path), 'utf8');
  const imports = importsOf(text)
    .filter((name) => name.startsWith('.'))
    .map((name) => normalize(join(dirname(join(root, path)), name)))
    .map((target) => relative(root, target).replaceAll('\\', '/').replace(/\.js$/u, '.ts'));
  return { path, lines: text.trimEnd().split('\n').length, imports };
}

/** What stands behind `from`, `import` and `import()`; comments left out. */
function importsOf(text: string): string[] {
  const code = text.replace(/\/\*[\s\S]*?\*\//gu, '').replace(/^\s*\/\/.*$/gmu, '');
  const named = code.matchAll(/\b(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/gu);
  return [...named].flatMap(([, name]) => name ?? []);
}

const ports = ['ports.ts', 'store-ports.ts', 'label-ports.ts', 'target-ports.ts'];
const words = ['model.ts', 'errors.ts', ...ports];
const tools = ['clock.ts', 'pace.ts', 'logger.ts', 'config.ts'];
const layers = ['sources', 'watchers', 'pipeline', 'sync', 'state', 'web'];

const isIn = (folder: string, path: string): boolean => path.startsWith(`${folder}/`);

/** Why the file must not import the other; null when it may. */
function complaint(from: string, to: string): string | null {
  const isWord = words.includes(to);
  const isTool = tools.includes(to) || isIn('config', to);
  if (to === 'cli.ts') return 'nobody imports the command line';
  if (words.includes(from))
    return ports.includes(from) && to === 'model.ts'
      ? null
      : 'model, ports and errors import nothing of ours';
  if (tools.includes(from) || isIn('config', from))
    return isWord || isTool ? null : 'clock, pace, logger and config know only each other';
  const layer = layers.find((folder) => isIn(folder, from));
  if (layer !== undefined) {
    if (isWord || to === 'pace.ts') return null;
    if (!isIn(layer, to)) return `${layer}/ knows model, ports, errors, pace and itself`;
    if (layer === 'pipeline') return withinFloors('pipeline', pipelineFloors, from, to);
    if (layer === 'sync') return withinSync(from, to);
    return layer === 'sources' ? betweenSources(from, to) : null;
  }
  if (from === 'agent.ts' || isIn('agent', from))
    return isIn('commands', to) ? 'the agent does not know the commands' : null;
  if (isIn('commands', from) || from === 'cli.ts') return null;
  return 'belongs to no layer';
}

/** From the bottom up; what stands in the layer's folder itself knows all of them. */
type Floors = readonly (readonly string[])[];
const pipelineFloors: Floors = [['fingerprint', 'thumb'], ['search'], ['evidence'], ['proof'], ['groups']];
const syncFloors: Floors = [['tags'], ['albums', 'values'], ['stacks'], ['carry']];

/** What every kind of label is told in. */
const syncWords = ['operation', 'desired', 'sync-parts', 'own-groups'].map((name) => `sync/${name}.ts`);

function withinSync(from: string, to: string): string | null {
  return syncWords.includes(to) ? null : withinFloors('sync', syncFloors, from, to);
}

function withinFloors(layer: string, floors: Floors, from: string, to: string): string | null {
  const floorOf = (path: string): number => {
    const floor = floors.findIndex((folders) => folders.some((folder) => isIn(`${layer}/${folder}`, path)));
    return floor < 0 ? floors.length : floor;
  };
  return floorOf(to) <= floorOf(from) ? null : 'imports point down';
}

function betweenSources(from: string, to: string): string | null {
  const folderOf = (path: string): string => path.split('/').slice(0, -1).join('/');
  const shared = ['sources/shot-facts.ts', 'sources/preferred-places.ts'];
  if (shared.includes(to) || folderOf(from) === folderOf(to)) return null;
  return 'one kind of source does not know the other';
}

void t.test('src has files and every import leads to one', (t) => {
  const known = new Set(files.map(({ path }) => path));
  t.ok(known.has('agent.ts') && known.has('cli.ts'));
  const lost = files.flatMap(({ path, imports }) =>
    imports.filter((to) => !known.has(to)).map((to) => `${path} -> ${to}`),
  );
  t.same(lost, []);
  t.end();
});

void t.test('no forbidden edge', (t) => {
  const forbidden = files.flatMap(({ path, imports }) =>
    imports.flatMap((to) => {
      const why = complaint(path, to);
      return why === null ? [] : [`${path} -> ${to}: ${why}`];
    }),
  );
  t.same(forbidden, []);
  t.end();
});

void t.test('the rules bite', (t) => {
  const bad: readonly [string, string][] = [
    ['model.ts', 'pace.ts'],
    ['model.ts', 'ports.ts'],
    ['errors.ts', 'model.ts'],
    ['config/keys.ts', 'sync/operation.ts'],
    ['clock.ts', 'agent.ts'],
    ['pipeline/queue.ts', 'state/sqlite.ts'],
    ['pipeline/evidence/evidence.ts', 'pipeline/proof/alike.ts'],
    ['pipeline/search/look-index.ts', 'pipeline/queue.ts'],
    ['sync/undo.ts', 'logger.ts'],
    ['sync/tags/tag-plan.ts', 'sync/values/value-plan.ts'],
    ['sync/stacks/stack-plan.ts', 'sync/reconciler.ts'],
    ['web/server.ts', 'agent/status.ts'],
    ['sources/immich/client.ts', 'sources/folder/walk.ts'],
    ['sources/folder/walk.ts', 'sources/immich/client.ts'],
    ['sources/shot-facts.ts', 'sources/folder/walk.ts'],
    ['agent/scan.ts', 'commands/scan.ts'],
    ['commands/scan.ts', 'cli.ts'],
    ['elsewhere.ts', 'model.ts'],
  ];
  for (const [from, to] of bad) t.type(complaint(from, to), 'string', `${from} -> ${to}`);
  t.same(importsOf(`// from './a.js'\nimport type { A } from './b.js';\nawait import('./c.js')`), [
    './b.js',
    './c.js',
  ]);
  t.end();
});

void t.test('no circle of imports', (t) => {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const circles: string[] = [];
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) circles.push([...trail.slice(trail.indexOf(path)), path].join(' -> '));
    if (done.has(path) || trail.includes(path)) return;
    for (const to of byPath.get(path)?.imports ?? []) visit(to, [...trail, path]);
    done.add(path);
  };
  for (const { path } of files) visit(path, []);
  t.same(circles, []);
  t.end();
});

const long = files.filter(({ lines }) => lines > longestFile).map(({ path }) => path);

void t.test(`no file over ${longestFile} lines`, (t) => {
  t.same(long, []);
  t.end();
});
