import type { Config } from '../config.js';
import type { SourceName } from '../model.js';
import type { StateJson } from '../state/checkpoints.js';

/**
 * Folders given by `-s` are named by their last path part, numbered when another folder has that name already; a folder
 * keeps its name for ever, because photo keys hold it.
 */
export async function keepFolderNames(config: Config, json: StateJson): Promise<Config> {
  const names = new Map(Object.entries(json.folders()));
  const folders = config.folders.map((folder) => {
    const known = [...names].find(([, path]) => path === folder.path)?.[0];
    const name = known ?? freeName(folder.name, names);
    names.set(name, folder.path);
    return { ...folder, name: name as SourceName };
  });
  await json.rememberFolders(Object.fromEntries(names));
  return { ...config, folders };
}

function freeName(wish: string, taken: ReadonlyMap<string, string>): string {
  if (!taken.has(wish)) return wish;
  for (let n = 2; ; n++) if (!taken.has(`${wish}-${n}`)) return `${wish}-${n}`;
}
