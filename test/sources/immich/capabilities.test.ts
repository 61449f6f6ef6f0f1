/* Which releases are written to, and what is said of the others. */
import t from 'tap';
import { problemWith, type Capabilities } from '../../../src/sources/immich/capabilities.js';
import { accountStage } from '../../support/immich-account.js';

const releases = [
  { version: '1.113.1', isWritten: false, hasScores: false, verb: 'PUT' },
  { version: '1.136.2', isWritten: false, hasScores: false, verb: 'PUT' },
  { version: '1.137.0', isWritten: true, hasScores: false, verb: 'PUT' },
  { version: '1.140.0', isWritten: true, hasScores: false, verb: 'PUT' },
  { version: '2.4.1', isWritten: true, hasScores: false, verb: 'PUT' },
  { version: '2.5.0', isWritten: true, hasScores: true, verb: 'PUT' },
  { version: '2.7.5', isWritten: true, hasScores: true, verb: 'PUT' },
  { version: '3.0.0', isWritten: true, hasScores: true, verb: 'PATCH' },
  { version: '3.2.2', isWritten: true, hasScores: true, verb: 'PATCH' },
  { version: '3.41.0', isWritten: true, hasScores: true, verb: 'PATCH' },
  { version: '4.0.0', isWritten: false, hasScores: false, verb: 'PATCH' },
  { version: '10.0.0', isWritten: false, hasScores: false, verb: 'PATCH' },
] as const;

void t.test('what is written to a release, and what --force-version changes', async (t) => {
  const { account, standIn } = await accountStage(t, { photos: 0 });
  let answered = '3.1.0';
  standIn.faults.add(({ route }) => {
    const [major, minor, patch] = answered.split('.').map(Number);
    return route === '/server/version' ? { status: 200, body: { major, minor, patch } } : undefined;
  });
  for (const { version, isWritten, hasScores, verb } of releases) {
    answered = version;
    await account.source.open();
    const { capabilities } = account.source;
    const code = (feature: 'tags' | 'scores', force = false): string | undefined =>
      problemWith(capabilities, feature, force)?.code;
    t.match(capabilities, { version, writable: isWritten, release: { update: verb } });
    t.equal(code('tags'), isWritten ? undefined : 'IMMICH_VERSION', `tags on ${version}`);
    t.equal(code('scores'), hasScores ? undefined : 'IMMICH_VERSION', `scores on ${version}`);
    t.equal(code('tags', true), undefined, `tags on ${version}, told to`);
  }
});

void t.test('a refusal names the release, the range that is known, and the way round it', async (t) => {
  const { account } = await accountStage(t, { photos: 0 });
  const known = account.source.capabilities;
  const at = (version: string): Capabilities => ({ ...known, version, writable: false, isTooNew: true });
  t.match(problemWith(at('4.0.0'), 'tags', false), {
    exitCode: 4,
    message: /^Immich 4\.0\.0 is not known .*1\.137 up to 3\.x.*nothing is written.*--force-version/,
  });
  const weak = { ...at('4.0.0'), permissions: new Set(['asset.read']) };
  t.match(problemWith(weak, 'tags', true), { code: 'IMMICH_FORBIDDEN' }, 'permissions count all the same');
});
