import { labelSettings, noLabelFlags } from '../agent/label-settings.js';
import { featuresFor } from '../agent/possible-labels.js';
import type { Config } from '../config.js';
import { describeError, exitCodes } from '../errors.js';
import type { ImmichAccount } from '../sources/immich/account.js';
import { missingPermissions, type Capabilities } from '../sources/immich/capabilities.js';
import {
  areTagsShown,
  detectsDuplicates,
  featureTable,
  type FeatureRow,
} from '../sources/immich/feature-table.js';
import { isAtLeast } from '../sources/immich/release.js';
import { exitCodeOf } from './context.js';
import type { Check } from './print-checks.js';

const tagsSetting = 'Account settings > Features > Tags > Enable, and "Sidebar"';
const preferences = 'userPreference.read';

/** Asks one account's server what works there. */
export async function checkAccount(account: ImmichAccount, config: Config): Promise<Check[]> {
  const { name } = account;
  try {
    await account.source.open();
    const { capabilities } = account.source;
    const features = featureTable(capabilities, account.client.refusals.permissions);
    const who = `Immich ${capabilities.version} at ${account.client.baseUrl}, as ${capabilities.userName}`;
    const needed = featuresFor(labelSettings(config, noLabelFlags));
    const lacking = features.filter(({ feature, works }) => works === 'no' && needed.includes(feature));
    const missing = [...new Set(lacking.flatMap((row) => row.missing))];
    const main: Check =
      lacking.length === 0
        ? { name, result: 'ok', text: who, features }
        : {
            name,
            result: 'failed',
            text: `${lacking.map(({ feature }) => feature).join(' and ')} will not work: ${who}`,
            fix: fixOf(missing, capabilities, lacking),
            features,
            exitCode: exitCodes.refused,
          };
    const about = [...(await tagsShownCheck(account, config)), ...(await duplicatesCheck(account, config))];
    return [main, ...about];
  } catch (error) {
    return [{ name, result: 'failed', text: describeError(error), exitCode: exitCodeOf(error) }];
  }
}

/** Immich's own detection writes the same field of a photo as we do. */
async function duplicatesCheck({ name, client }: ImmichAccount, config: Config): Promise<Check[]> {
  if (!config.labels.nativeDuplicates) return [];
  if (config.labels.stack) {
    const both =
      'Immich leaves stacked photos out of its Duplicates page: the groups are stacked, and not put there';
    return [
      { name, result: 'warning', text: both, fix: 'switch labels.stack or labels.native_duplicates off' },
    ];
  }
  if (!(await detectsDuplicates(client)))
    return [{ name, result: 'ok', text: 'the Duplicates page is ours: Immich itself looks for none' }];
  const text =
    'Immich looks for duplicates too: it may overwrite or clear what we put on its Duplicates page; that then stays as Immich made it';
  const fix =
    'in Immich: Administration > Settings > Machine Learning > Duplicate Detection, off; or labels.native_duplicates: false';
  return [{ name, result: 'warning', text, fix }];
}

/** What makes features work. */
function fixOf(
  missing: readonly string[],
  { isTooNew }: Pick<Capabilities, 'isTooNew'>,
  lacking: readonly FeatureRow[],
): string {
  if (missing.length > 0)
    return `give the API key the permission ${missing.join(', ')} (Account settings > API keys)`;
  if (isTooNew) return 'update photo-organizer, or scan with --force-version';
  const [newest] = lacking.map(({ needsVersion }) => needsVersion).sort((a, b) => (isAtLeast(a, b) ? -1 : 1));
  return `update Immich${newest === undefined ? '' : ` to ${newest} or newer`}`;
}

async function tagsShownCheck({ name, client, source }: ImmichAccount, config: Config): Promise<Check[]> {
  if (!config.labels.tags) return [];
  const shown = await areTagsShown(client);
  if (shown === true) return [{ name, result: 'ok', text: 'tags are shown in the web pages' }];
  if (shown === false) {
    const text = 'tags are switched off in the web pages: they are written, but you will not see them';
    return [{ name, result: 'warning', text, fix: `in Immich: ${tagsSetting}` }];
  }
  const lacks = missingPermissions(source.capabilities.permissions, [preferences]).length > 0;
  const text = 'cannot tell whether tags are switched on in the web pages';
  const look = `look there yourself: ${tagsSetting}`;
  return [
    {
      name,
      result: 'warning',
      text: lacks ? `${text}: the API key lacks ${preferences}` : text,
      fix: lacks ? `give the API key the permission ${preferences}, or ${look}` : look,
    },
  ];
}
