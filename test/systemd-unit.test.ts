import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';

const unit = readFileSync(new URL('../systemd/photo-organizer.service', import.meta.url), 'utf8');
const tool = spawnSync('systemd-analyze', ['--version']);

void t.test(
  'systemd finds nothing wrong with the unit',
  { skip: tool.status === 0 ? false : 'no systemd-analyze here' },
  (t) => {
    // Only the path of the program differs from what is installed: it must exist.
    const path = join(t.testdir(), 'photo-organizer.service');
    writeFileSync(path, unit.replace('/usr/local/bin/photo-organizer', process.execPath));
    const { status, stdout, stderr } = spawnSync('systemd-analyze', ['verify', path], { encoding: 'utf8' });
    t.equal(`${stdout}${stderr}`.trim(), '');
    t.equal(status, 0);
    t.end();
  },
);

void t.test('the unit does not restart on what does not get better by itself', (t) => {
  t.match(unit, /^RestartPreventExitStatus=2 4$/mu, 'wrong config, refused key');
  t.match(unit, /^LoadCredential=immich-api-key:/mu);
  t.notMatch(unit, /IMMICH_API_KEY=/u, 'no key in the unit');
  t.end();
});
