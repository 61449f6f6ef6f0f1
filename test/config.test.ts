import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { configKeys, loadConfig, type Config, type LoadOptions } from '../src/config.js';
import { FatalError } from '../src/errors.js';

interface Setup extends Partial<LoadOptions> {
  /** Contents of files in the home directory. */
  readonly files?: Readonly<Record<string, string>>;
  /** The default config file. */
  readonly file?: string;
}

const usualFile = '.config/photo-organizer/config.yaml';

/** Loads a configuration in a home directory of its own. */
function load(t: Test, { files = {}, file, ...options }: Setup = {}) {
  const home = t.testdir({
    ...files,
    '.config': { 'photo-organizer': file === undefined ? {} : { 'config.yaml': file } },
  });
  const warnings: string[] = [];
  const run = (): Config =>
    loadConfig({ flags: {}, env: {}, home, warn: (message) => warnings.push(message), ...options });
  return { home, warnings, run };
}

/** The problems, line by line, of a configuration that must not load. */
function problemsOf(t: Test, setup: Setup): string[] {
  try {
    load(t, setup).run();
  } catch (error) {
    if (!(error instanceof FatalError)) throw error;
    t.match(error, { code: 'CONFIG_INVALID', exitCode: 2 });
    return error.message.split('\n');
  }
  t.fail('the configuration was taken');
  return [];
}

const json = (value: unknown) => JSON.stringify(value);

void t.test('nothing given: the defaults, and no account', (t) => {
  const { home, warnings, run } = load(t);
  t.same(run(), {
    accounts: [],
    folders: [],
    labels: {
      tag: 'possible-duplicate',
      tagScope: 'extras',
      tagsByEvidence: false,
      tags: true,
      albums: false,
      albumPrefix: 'Similar-',
      favorite: false,
      nativeDuplicates: false,
      scores: false,
      stack: false,
      carryOver: [],
    },
    detection: { threshold: 12, dismissByUntagging: false },
    keep: [
      'favorite',
      'in_album',
      'format',
      'far_more_pixels',
      'metadata',
      'in_colour',
      'pixels',
      'preferred',
      'larger',
      'older',
    ],
    prefer: [],
    watch: { pollMs: 15_000, pollMaxMs: 120_000, sweep: '30 3 * * *', folderSettleMs: 2000 },
    server: { host: '127.0.0.1', port: 2285, token: null, webhookSecret: null },
    sync: { maxRemovalShare: 0.2, settleMs: 60_000 },
    log: { level: 'info' },
    stateDir: join(home, '.local/state/photo-organizer'),
  });
  t.same(warnings, []);
  t.end();
});

void t.test('config/default.json holds every key and no other', (t) => {
  const text = readFileSync(new URL('../config/default.json', import.meta.url), 'utf8');
  const flat = Object.entries(JSON.parse(text) as Record<string, unknown>).flatMap(([key, value]) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.entries(value as Record<string, unknown>).map(([name, inner]) => [`${key}.${name}`, inner])
      : [[key, value]],
  );
  t.same(
    flat,
    configKeys().map((row) => [row.key, row.default]),
  );
  t.end();
});

void t.test('every key tells its variables and what it does', (t) => {
  for (const { key, env, doc } of configKeys()) {
    t.equal(env[0], `PHOTO_ORGANIZER_${key.replace('.', '_').toUpperCase()}`);
    t.ok(doc.length > 5, key);
  }
  const envOf = (name: string) => configKeys().find(({ key }) => key === name)?.env;
  t.same(envOf('immich.api_key'), ['PHOTO_ORGANIZER_IMMICH_API_KEY', 'IMMICH_API_KEY']);
  t.same(envOf('immich.api_key_file'), ['PHOTO_ORGANIZER_IMMICH_API_KEY_FILE', 'IMMICH_API_KEY_FILE']);
  t.same(envOf('server.token'), ['PHOTO_ORGANIZER_SERVER_TOKEN', 'PHOTO_ORGANIZER_SERVER_TOKEN_FILE']);
  t.end();
});

void t.test('flags over variables over the file over the defaults', (t) => {
  const file = 'labels: { tag: file, album_prefix: F- }\ndetection: { threshold: 3 }\n';
  const env = { PHOTO_ORGANIZER_LABELS_TAG: 'variable', PHOTO_ORGANIZER_DETECTION_THRESHOLD: '5' };
  const flags = { labels: { tag: 'flag', tags: undefined }, detection: { threshold: '7' } };
  const short = ({ labels, detection }: Config) => [labels.tag, labels.albumPrefix, detection.threshold];
  t.same(short(load(t).run()), ['possible-duplicate', 'Similar-', 12]);
  t.same(short(load(t, { file }).run()), ['file', 'F-', 3]);
  t.same(short(load(t, { file, env }).run()), ['variable', 'F-', 5]);
  t.same(short(load(t, { file, env, flags }).run()), ['flag', 'F-', 7]);
  t.end();
});

void t.test('every sort of value can be a variable; an empty one is not set', (t) => {
  const env = {
    PHOTO_ORGANIZER_LABELS_TAGS: 'no',
    PHOTO_ORGANIZER_LABELS_ALBUMS: 'TRUE',
    PHOTO_ORGANIZER_SYNC_MAX_REMOVAL_SHARE: '0.5',
    PHOTO_ORGANIZER_KEEP: 'older, larger',
    PHOTO_ORGANIZER_FOLDERS: json([{ name: 'nas', path: '/p', ignore: ['*.tmp'], polling: true }]),
    PHOTO_ORGANIZER_ACCOUNTS: json([{ name: 'anna', url: 'http://a', api_key: 'k' }]),
    PHOTO_ORGANIZER_LABELS_TAG: '',
    PHOTO_ORGANIZER_TEST_PHOTOS: '/photos',
    PHOTO_ORGANIZER_SERVICE_HOST: '10.0.0.1',
    PHOTO_ORGANIZER_PORT_2285_TCP_ADDR: '10.0.0.1',
  };
  const config = load(t, { env }).run();
  t.match(config, {
    labels: { tags: false, albums: true, tag: 'possible-duplicate' },
    sync: { maxRemovalShare: 0.5 },
    folders: [{ name: 'nas', path: '/p', ignore: ['*.tmp'], polling: true }],
    accounts: [{ name: 'anna', url: 'http://a', apiKey: 'k' }],
  });
  t.same(config.keep, ['older', 'larger']);
  const folders = load(t, { env: { PHOTO_ORGANIZER_FOLDERS: '/a/x, /b/y' } }).run().folders;
  t.same(
    folders.map(({ name, path }) => [name, path]),
    [
      ['x', '/a/x'],
      ['y', '/b/y'],
    ],
  );
  t.end();
});

void t.test('a named file: YAML or JSON, and it must be there', (t) => {
  const files = {
    'a.json': json({ labels: { tag: 'json' } }),
    'b.yml': 'labels:\n  tag: yaml\n',
    'empty.yaml': '',
  };
  const tagIn = (name: string) => {
    const { home, warnings } = load(t, { files });
    return loadConfig({ flags: {}, env: {}, home, configFile: `~/${name}`, warn: (m) => warnings.push(m) })
      .labels.tag;
  };
  t.equal(tagIn('a.json'), 'json');
  t.equal(tagIn('b.yml'), 'yaml');
  t.equal(tagIn('empty.yaml'), 'possible-duplicate');
  t.match(problemsOf(t, { configFile: '/not/there.yaml' }), [
    'config: the file /not/there.yaml cannot be read: no such file',
  ]);
  t.match(problemsOf(t, { configFile: '/' }), [/it is a directory/u]);
  t.end();
});

void t.test('a file that cannot be parsed: the place, and none of its text', (t) => {
  const lines = problemsOf(t, { file: 'immich:\n  api_key: "S3CRET\n' });
  t.match(lines, [/config\.yaml is not valid YAML at line \d+, column \d+: /u]);
  t.notMatch(lines.join(), /S3CRET/u);
  t.match(problemsOf(t, { file: 'log: { level: info }\nlog: { level: warn }\n' }), [
    /line 2.*duplicate key/u,
  ]);
  const follows = problemsOf(t, { file: 'immich: { url: "http://x"\nlabels: [\n' });
  t.match(follows, [/line 2/u], 'what follows from the first error is not told too');
  t.equal(follows.length, 1);
  t.match(problemsOf(t, { file: 'a: *b\n' }), [/aliases|alias/u]);
  t.match(problemsOf(t, { file: 'S3CRET' }), [/^config: expected sections of keys, found other text/u]);
  t.end();
});

void t.test('an alias that holds itself is told, wherever it stands', (t) => {
  for (const file of [
    'immich: &a { url: *a }\n',
    'folders: &a [*a]\n',
    'accounts: [ &a { name: x, more: { again: *a } } ]\n',
    '&a { labels: *a }\n',
  ])
    t.match(problemsOf(t, { file }), [/is not valid YAML: its aliases cannot be resolved/u], file);
  t.match(problemsOf(t, { file: `keep: ${'['.repeat(20_000)}${']'.repeat(20_000)}\n` }), [/^config: /u]);
  t.equal(
    load(t, { file: 'labels: { tag: &a Copies, album_prefix: *a }\n' }).run().labels.albumPrefix,
    'Copies',
  );
  t.end();
});

void t.test('unknown keys and variables name the nearest known one', (t) => {
  const file = [
    'labels: { album_prefx: x, tag: ok }',
    'lables: { tag: x }',
    'threshold: 3',
    'labels.tag: x',
    'immich: { api_key:S3CRET }',
    'folders: [ { path: /p, ignored: [] } ]',
    '__proto__: { x: 1 }',
  ].join('\n');
  const lines = problemsOf(t, {
    file,
    env: { PHOTO_ORGANIZER_LABELS_TGA: 'x' },
    flags: { labels: { tagg: 'x' } } as LoadOptions['flags'],
  });
  const at = (text: string) => lines.find((line) => line.startsWith(`${text}: `)) ?? lines.join('\n');
  t.match(
    at('labels.album_prefx'),
    /: unknown key; did you mean labels\.album_prefix\? \(in .*config\.yaml\)$/u,
  );
  t.match(at('lables'), /did you mean labels\?/u);
  t.match(at('threshold'), /did you mean detection\.threshold\?/u);
  t.match(at('labels.tag'), /write it as labels: \{ tag: … \}/u);
  t.match(at('immich.api_key…'), /unknown key/u);
  t.match(at('folders[0].ignored'), /did you mean folders\[0\]\.ignore\?/u);
  t.match(at('__proto__'), /unknown key/u);
  t.match(at('PHOTO_ORGANIZER_LABELS_TGA'), /unknown variable; did you mean PHOTO_ORGANIZER_LABELS_TAG\?/u);
  t.match(at('labels.tagg'), /did you mean labels\.tag\? \(on the command line\)/u);
  t.equal(lines.length, 9);
  t.notMatch(lines.join(), /S3CRET/u);
  t.end();
});

void t.test('each value out of range says what was expected, what was found, and where', (t) => {
  const wrong: Record<string, unknown[]> = {
    'immich.url': ['immich:2283', 'ftp://x', 'http://u:p@x', 'http://x?key=S3CRET', 5],
    'immich.ca_path': [3],
    'immich.tls_verify': ['maybe', 'false', 1],
    'immich.concurrency': [0, 65, 1.5, '12abc', '8'],
    'immich.requests_per_second': [0, 1001],
    'immich.timeout_seconds': [0, 601],
    accounts: ['anna', { name: 'anna' }],
    folders: [{ path: '/p' }, 3],
    'labels.tag': ['', '/a', 'a/', 'a//b', ' a', 2024],
    'labels.tag_scope': ['some', true],
    'labels.tags': ['on'],
    'labels.album_prefix': ['', ' '],
    'detection.threshold': [-1, 13, 2.5],
    keep: ['favorite', ['favorite', 'favorite'], ['newest']],
    'watch.poll_seconds': [0, 3601],
    'watch.poll_max_seconds': [0],
    'watch.sweep': ['daily', '99 3 * * *', ''],
    'watch.folder_settle_seconds': [-1],
    'server.host': ['', 'a b', 'http://x'],
    'server.port': [-1, 65_536],
    'server.token': [123, 'a\nb', ['x']],
    'server.webhook_secret': ['ä'],
    'sync.max_removal_share': [-0.1, 1.1, '20%'],
    'sync.settle_seconds': [0],
    'log.level': ['loud'],
  };
  for (const [key, values] of Object.entries(wrong)) {
    const [section = '', name] = key.split('.');
    for (const value of values) {
      const file = json({ [section]: name === undefined ? value : { [name]: value } });
      const lines = problemsOf(t, { file });
      t.equal(lines.length, 1, lines.join('\n'));
      t.match(
        lines[0],
        new RegExp(`^${key.replace('.', '\\.')}: expected .*, found .* \\(in .*config\\.yaml\\)$`, 'u'),
      );
      t.notMatch(lines[0], /S3CRET|u:p/u);
    }
  }
  t.end();
});

void t.test('a wrong keep rule is named', (t) => {
  const keepIn = (file: string): string => problemsOf(t, { file }).join();
  t.match(keepIn('keep: [pixels, biggest]\n'), /^keep: expected a list of .*, found "biggest" in it \(in/u);
  t.match(keepIn('keep: [pixels, older, pixels]\n'), /found "pixels" twice \(in/u);
  t.match(keepIn('keep: [[]]\n'), /found a list in it \(in/u);
  t.match(keepIn('keep: pixels\n'), /found "pixels" \(in/u);
  t.end();
});

void t.test('all problems come at once, each with its origin', (t) => {
  const lines = problemsOf(t, {
    file: 'labels: { tag: "a//b" }\nsync: 3\nserver: { host: 0.0.0.0 }\n',
    env: { PHOTO_ORGANIZER_DETECTION_THRESHOLD: 'many' },
    flags: { log: { level: 'loud' } },
  });
  t.match(lines.sort(), [
    /^detection\.threshold: expected a whole number from 0 to 12, found "many" \(in the variable PHOTO_ORGANIZER_DETECTION_THRESHOLD\)$/u,
    /^labels\.tag: .*found "a\/\/b"/u,
    /^log\.level: expected one of trace, .*, found "loud" \(on the command line\)$/u,
    /^server\.token: missing/u,
    /^sync: expected a section of keys, found 3|found a number/u,
  ]);
  t.equal(lines.length, 5);
  t.end();
});

void t.test('a wrong value that is overridden does no harm', (t) => {
  const file = 'detection: { threshold: 99 }\n';
  t.equal(load(t, { file, flags: { detection: { threshold: 4 } } }).run().detection.threshold, 4);
  t.end();
});

void t.test('a key without a value is not given', (t) => {
  const file = 'immich:\nlabels:\n  tag:\naccounts:\nfolders:\n  - path: /p\n    ignore:\n';
  t.match(load(t, { file }).run(), {
    labels: { tag: 'possible-duplicate' },
    accounts: [],
    folders: [{ ignore: [] }],
  });
  t.end();
});

void t.test('immich alone is the account "immich"; white space around a key goes', (t) => {
  const env = { IMMICH_URL: 'https://Photos.Example/immich/api/', IMMICH_API_KEY: ' k3y\n' };
  t.same(load(t, { env }).run().accounts, [
    {
      name: 'immich',
      server: 'immich',
      url: 'https://photos.example/immich',
      apiKey: 'k3y',
      caPath: null,
      tlsVerify: true,
      concurrency: 8,
      requestsPerSecond: 50,
      timeoutMs: 60_000,
    },
  ]);
  t.match(problemsOf(t, { env: { IMMICH_URL: 'http://a' } }), [/^immich\.api_key: missing/u]);
  t.match(problemsOf(t, { env: { IMMICH_API_KEY: 'S3CRET' } }), [/^immich\.url: missing/u]);
  t.end();
});

void t.test('several accounts: servers by address, what immich says as default', (t) => {
  const file = json({
    immich: { url: 'http://home:2283/', ca_path: 'ca.pem', concurrency: 4 },
    accounts: [
      { name: 'anna', api_key: 'a' },
      { name: 'bob', url: 'http://HOME:2283/api', api_key_file: 'bob.key', ca_path: '' },
      { name: 'work', url: 'https://work', api_key: 'w', tls_verify: false, ca_path: '~/work.pem' },
    ],
  });
  const { home, warnings, run } = load(t, { files: { 'c.yaml': file, 'bob.key': 'b\r\n' } });
  const accounts = loadConfig({
    flags: {},
    env: {},
    home,
    configFile: join(home, 'c.yaml'),
    warn: (m) => warnings.push(m),
  }).accounts;
  t.match(accounts, [
    { name: 'anna', server: 'anna', url: 'http://home:2283', caPath: join(home, 'ca.pem'), concurrency: 4 },
    { name: 'bob', server: 'anna', url: 'http://home:2283', apiKey: 'b', caPath: null, tlsVerify: true },
    { name: 'work', server: 'work', url: 'https://work', caPath: join(home, 'work.pem'), tlsVerify: false },
  ]);
  t.ok(warnings.some((warning) => warning.startsWith('accounts[2].tls_verify is false')));
  t.same(run().accounts, []);

  const both = load(t, { file, files: {}, env: { IMMICH_API_KEY: 'i' } });
  t.throws(both.run, /accounts\[1\]\.api_key_file: the file .*bob\.key cannot be read: no such file/u);
  t.end();
});

void t.test('immich with a key and accounts exist both', (t) => {
  const accounts = [{ name: 'bob', api_key: 'b' }];
  const file = json({ immich: { url: 'http://a', api_key: 'i' }, accounts });
  const names = load(t, { file })
    .run()
    .accounts.map(({ name, server }) => [name, server]);
  t.same(names, [
    ['immich', 'immich'],
    ['bob', 'immich'],
  ]);
  t.end();
});

void t.test('what is wrong with an account is said without its key', (t) => {
  const accounts = [
    'S3CRET',
    { name: 'a:b', url: 'http://x', api_key: 'S3CRET' },
    { url: 'http://x', api_key: 'S3CRET1' },
    { name: 'c', url: 'http://x' },
    { name: 'd', url: 'http://x', api_key: 'S3CRET', api_key_file: '/x' },
    { name: 'e', api_key: 'S3CRET2' },
    { name: 'f', url: 'http://x', api_key: 'S3CRET with space' },
    { name: 'g', url: 'http://x', api_kye: 'S3CRET' },
    { name: 'h', url: 'http://x', api_key: 'S3CRET3' },
    { name: 'H', url: 'http://x/', api_key: 'S3CRET4' },
    { name: 'i', url: 'http://x/', api_key: 'S3CRET3' },
    { name: 'j', url: 'http://x/', api_key: 57_345_345 },
  ];
  const lines = problemsOf(t, { file: json({ accounts }) });
  const expected = [
    /^accounts\[0\]: expected \{ name, .*found other text/u,
    /^accounts\[1\]\.name: expected a name .*found "a:b"/u,
    /^accounts\[2\]\.name: missing/u,
    /^accounts\[3\]\.api_key: missing/u,
    /^accounts\[4\]\.api_key: given together with api_key_file/u,
    /^accounts\[5\]\.url: missing/u,
    /^accounts\[6\]\.api_key: expected .* found other text/u,
    /^accounts\[7\]\.api_kye: unknown key; did you mean accounts\[7\]\.api_key\?/u,
    /^accounts\[9\]\.name: "H" is already the name of accounts\[8\]/u,
    /^accounts\[11\]\.api_key: expected text .* found a number/u,
    /^accounts: "i" has the server and API key of another account/u,
  ];
  t.match(lines, expected);
  t.equal(lines.length, expected.length, lines.join('\n'));
  t.notMatch(lines.join(), /S3CRET|57345345/u);
  const env = { PHOTO_ORGANIZER_ACCOUNTS: 'anna=S3CRET' };
  t.match(problemsOf(t, { env }), [/^accounts: expected a list of .*found other text \(in the variable/u]);
  t.end();
});

void t.test('folders: plain paths are named by their last part, numbered when taken', (t) => {
  const file = json({
    folders: [
      '~/photos',
      '/mnt/photos',
      { name: 'photos-2', path: '/x/y', polling: true, ignore: ['**/@eaDir/**'] },
      'rel/My Photos!',
      '/Фото',
      '/',
    ],
    accounts: [{ name: 'Photos', url: 'http://a', api_key: 'k' }],
  });
  const { home, run } = load(t, { file });
  t.same(
    run().folders.map(({ name, path }) => [name, path]),
    [
      ['photos-3', join(home, 'photos')],
      ['photos-4', '/mnt/photos'],
      ['photos-2', '/x/y'],
      ['My-Photos', join(home, '.config/photo-organizer/rel/My Photos!')],
      ['folder', '/Фото'],
      ['folder-2', '/'],
    ],
  );
  const flags = { folders: ['some/where'] };
  t.match(load(t, { file, flags }).run().folders, [
    { name: 'where', path: join(process.cwd(), 'some/where') },
  ]);
  t.end();
});

void t.test('what is wrong with a folder', (t) => {
  const folders = [
    { name: 'a' },
    '',
    { name: 'b', path: '/b' },
    { name: 'B', path: '/c' },
    '/b',
    5,
    { path: '/d', ignore: 'x' },
  ];
  const lines = problemsOf(t, { file: json({ folders }) });
  t.match(lines.sort(), [
    /^folders\[0\]\.path: missing/u,
    /^folders\[1\]\.path: expected a path, found ""/u,
    /^folders\[3\]\.name: "B" is already the name of folders\[2\]/u,
    /^folders\[4\]\.path: \/b is there twice/u,
    /^folders\[5\]: expected \{ name, path, ignore, polling \}/u,
    /^folders\[6\]\.ignore: expected a list of texts/u,
  ]);
  t.equal(lines.length, 6);
  t.end();
});

void t.test('secrets from files, named by variables or by the key', (t) => {
  const files = { key: 'k3y\n', token: 't0ken\n', hook: 'h00k', empty: '\n' };
  const env = {
    IMMICH_URL: 'http://a',
    IMMICH_API_KEY_FILE: '~/key',
    PHOTO_ORGANIZER_SERVER_TOKEN_FILE: '~/token',
    PHOTO_ORGANIZER_SERVER_WEBHOOK_SECRET_FILE: '~/hook',
  };
  const expected = { accounts: [{ apiKey: 'k3y' }], server: { token: 't0ken', webhookSecret: 'h00k' } };
  t.match(load(t, { files, env }).run(), expected);
  t.match(
    load(t, { files, env, file: 'immich: { api_key: other }' }).run(),
    expected,
    'a variable wins over the file',
  );
  const inFile = 'immich: { url: "http://a", api_key_file: ~/key }';
  t.match(load(t, { files, file: inFile }).run().accounts, [{ apiKey: 'k3y' }]);
  const direct = load(t, { files: {}, file: inFile, env: { IMMICH_API_KEY: 'direct' } }).run();
  t.match(direct.accounts, [{ apiKey: 'direct' }], 'the file that is not needed is not read');
  t.match(load(t, { files, env, flags: { immich: { api_key: 'flag' } } }).run().accounts, [
    { apiKey: 'flag' },
  ]);

  const bad = { ...env, IMMICH_API_KEY_FILE: '~/nowhere', PHOTO_ORGANIZER_SERVER_TOKEN_FILE: '~/empty' };
  t.match(problemsOf(t, { files, env: bad }).sort(), [
    /^immich\.api_key: the file .*nowhere cannot be read: no such file \(in the variable IMMICH_API_KEY_FILE\)$/u,
    /^server\.token: the file .*empty is empty/u,
  ]);
  const twice = { ...env, IMMICH_API_KEY: 'S3CRET', PHOTO_ORGANIZER_SERVER_TOKEN: 'S3CRET' };
  const lines = problemsOf(t, { files, env: twice }).sort();
  t.match(lines, [/^immich\.api_key: given together with/u, /^server\.token: given twice/u]);
  t.notMatch(lines.join(), /S3CRET/u);
  t.end();
});

void t.test('a host that others can reach needs a token', (t) => {
  for (const host of ['0.0.0.0', '::', '192.168.1.2', 'example.org']) {
    t.match(problemsOf(t, { flags: { server: { host } } }), [
      /^server\.token: missing.*\(on the command line\)/u,
    ]);
    t.equal(load(t, { flags: { server: { host, token: 'x' } } }).run().server.host, host);
  }
  for (const host of ['127.0.0.1', '127.1.2.3', '::1', 'localhost']) {
    t.equal(load(t, { flags: { server: { host } } }).run().server.host, host);
  }
  t.end();
});

void t.test('a config file with a secret that others may read warns', async (t) => {
  const { chmod } = await import('node:fs/promises');
  const warningsOf = async (file: string, mode: number) => {
    const { home, warnings, run } = load(t, { file });
    await chmod(join(home, usualFile), mode);
    run();
    return warnings;
  };
  const secret = 'server: { token: S3CRET }\naccounts: [ { name: a, url: "http://a", api_key: S3CRET } ]';
  const warnings = await warningsOf(secret, 0o640);
  t.match(warnings, [
    /config\.yaml holds server\.token, accounts\[0\]\.api_key|accounts\[0\]\.api_key, server\.token/u,
  ]);
  t.notMatch(warnings.join(), /S3CRET/u);
  t.same(await warningsOf(secret, 0o600), []);
  t.same(await warningsOf('labels: { tag: x }', 0o644), []);
});

void t.test('tls_verify: false warns', (t) => {
  const { warnings, run } = load(t, { env: { PHOTO_ORGANIZER_IMMICH_TLS_VERIFY: 'false' } });
  run();
  t.match(warnings, [/^immich\.tls_verify is false/u]);
  t.equal(warnings.length, 1);
  t.end();
});

void t.test('the state directory: flag, systemd, home', (t) => {
  const env = { STATE_DIRECTORY: '/var/lib/photo-organizer:/var/lib/other' };
  t.equal(load(t, { env }).run().stateDir, '/var/lib/photo-organizer');
  t.equal(load(t, { env, flags: { stateDir: 'here' } }).run().stateDir, join(process.cwd(), 'here'));
  const { home, run } = load(t, { env, flags: { stateDir: '~/there' } });
  t.equal(run().stateDir, join(home, 'there'));
  t.end();
});

void t.test('the longest poll interval is never below the usual one', (t) => {
  const watch = load(t, { flags: { watch: { poll_seconds: 300 } } }).run().watch;
  t.match(watch, { pollMs: 300_000, pollMaxMs: 300_000 });
  t.end();
});
