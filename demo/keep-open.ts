import type { Stage } from './run.js';

/** Prints how to look around, and waits for Ctrl-C. */
export async function keepOpen({ story, place, server, running, stopped }: Stage): Promise<void> {
  const tag = running.agent.config.labels.tag;
  story.heading('3. Yours to look at, until Ctrl-C');
  story.say(`Demonstration server  ${server.url}`);
  story.say(`API key               ${server.apiKey}`);
  story.say(`Watched folder        ${place.folder}`);
  story.line();
  story.say('Paste into a shell in this checkout:');
  story.line();
  for (const line of [
    `DEMO=${place.dir}`,
    `URL=${server.url} KEY='${server.apiKey}'`,
    'photo-organizer() {',
    '  npm run -s dev -- "$@" --config $DEMO/config.json --state-dir $DEMO/state',
    '}',
    'photo-organizer groups',
    'photo-organizer groups --json',
    'photo-organizer status',
    'cp SOME-PICTURE.jpg $DEMO/camera-card/      # then: photo-organizer groups',
    'photo-organizer undo --all',
    '',
    `# every photo with the tag "${tag}"`,
    'curl -s -H "x-api-key: $KEY" $URL/api/tags',
    'curl -s -H "x-api-key: $KEY" -H "content-type: application/json" \\',
    `  -d '{"tagIds":["${await server.tagId(tag)}"]}' $URL/api/search/metadata`,
  ])
    story.line(line === '' ? '' : `  ${line}`);
  await new Promise<void>((resolve) => {
    if (stopped.aborted) resolve();
    stopped.addEventListener('abort', () => resolve(), { once: true });
  });
  if (running.failed.aborted) throw running.failed.reason as Error;
}
