import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

const root = process.env['PHOTO_ORGANIZER_TEST_PHOTOS'] ?? '';

/** Options of a test that needs real photographs: said aloud when there are none. */
export const needsPhotos: { skip: string | false } = {
  skip: root === '' ? 'PHOTO_ORGANIZER_TEST_PHOTOS does not name a folder of photographs' : false,
};

/** Distinct photographs: no two show the same shot. */
export const distinctFolders = ['general', 'lookalike', 'views'] as const;
export type PhotoFolder = (typeof distinctFolders)[number] | 'large' | 'formats';

export interface TestPhoto {
  /** Folder and file name. */
  readonly name: string;
  readonly read: () => Promise<Buffer>;
}

/** The photographs of the folders, in order of their names. */
export async function testPhotos(folders: readonly PhotoFolder[]): Promise<TestPhoto[]> {
  const lists = await Promise.all(
    folders.map(async (folder) => {
      const names = (await readdir(join(root, folder))).sort();
      return names.map((name) => ({
        name: `${folder}/${name}`,
        read: () => readFile(join(root, folder, name)),
      }));
    }),
  );
  return lists.flat();
}
