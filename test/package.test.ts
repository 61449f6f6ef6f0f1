/* What an installed package runs with is what was tested: npm takes what is in the package, and the newest release of all else. */
import { readFileSync } from 'node:fs';
import t from 'tap';

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../${name}`, import.meta.url), 'utf8'));

/** They have binaries for each kind of machine, or need one that has: their own releases, exactly, come from the registry. */
const native = ['@photostructure/sqlite', 'sharp', 'sharp-phash'];

void t.test('every dependency is in the package, but for those that are made for a machine', (t) => {
  const { dependencies, bundleDependencies } = read('package.json') as {
    dependencies: Record<string, string>;
    bundleDependencies: string[];
  };
  t.same([...bundleDependencies, ...native].sort(), Object.keys(dependencies).sort());
  for (const [name, version] of Object.entries(dependencies)) t.match(version, /^\d+\.\d+\.\d+$/u, name);
  t.end();
});

void t.test('the lock file knows of it', (t) => {
  const { packages } = read('package-lock.json') as {
    packages: Record<string, { bundleDependencies?: string[]; inBundle?: boolean; version?: string }>;
  };
  const { bundleDependencies } = read('package.json') as { bundleDependencies: string[] };
  t.same([...(packages['']?.bundleDependencies ?? [])].sort(), [...bundleDependencies].sort());
  t.match(packages['node_modules/cookie'], { version: '1.1.1', inBundle: true });
  t.end();
});
