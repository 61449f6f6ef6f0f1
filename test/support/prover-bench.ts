import type { Test } from 'tap';
import type { Fingerprint, Photo, PhotoId, Revision } from '../../src/model.js';
import { AlikePairs } from '../../src/pipeline/proof/alike.js';
import { createFingerprinter } from '../../src/pipeline/fingerprint/fingerprint.js';
import { LookIndex } from '../../src/pipeline/search/look-index.js';
import { Prover, type ProverOptions } from '../../src/pipeline/proof/prover.js';
import type { State } from '../../src/state/open-state.js';
import { madePhoto, onServer } from './made-photo.js';
import { tempState, type TempState } from './temp-state.js';

const fingerprinter = await createFingerprinter();

/** A prover on real stores, and photos that are looked at when the test says so. */
export interface ProverBench {
  readonly temp: TempState;
  readonly prover: () => Prover;
  readonly restart: () => Promise<void>;
  /** The photo comes, or looks different now. */
  readonly look: (name: string, picture: Buffer | Fingerprint, facts?: Partial<Photo>) => Promise<void>;
  readonly remove: (name: string) => void;
  /** Names that a photo is proven against. */
  readonly proven: (name: string) => string[];
  /** How many grey copies were compared so far. */
  readonly compared: () => number;
}

/** `open` where one test needs several (see `tempStates`). */
export async function proverBench(
  t: Test,
  open = () => tempState(t),
  limits: Pick<ProverOptions, 'mostPairs'> = {},
): Promise<ProverBench> {
  const temp = await open();
  const looks = new LookIndex();
  let compared = 0;
  let looked = 0;
  const progress = (): void => {
    compared++;
  };
  const create = ({ photos, copies }: State): Prover =>
    new Prover({ photos, copies, neighbours: looks, alike: new AlikePairs(copies), progress, ...limits });
  let prover = create(temp.state());
  const idOf = (name: string): PhotoId => {
    const photo = temp.state().photos.get(onServer(name));
    if (photo === null) throw new Error(`no ${name}`);
    return photo.id;
  };
  return {
    temp,
    prover: () => prover,
    restart: async () => {
      prover = create(await temp.reopen());
      await prover.load();
    },
    look: async (name, picture, facts = {}) => {
      const { photos } = temp.state();
      const revision = `${looked++}` as Revision;
      const fingerprint = Buffer.isBuffer(picture) ? await fingerprinter.fingerprint(picture) : picture;
      photos.observe([madePhoto(onServer(name), { ...facts, revision })]);
      const id = idOf(name);
      photos.examined({ id, revision, facts: {}, fingerprint }, []);
      looks.put(id, fingerprint);
    },
    remove: (name) => {
      const id = idOf(name);
      temp.state().photos.remove(onServer(name), []);
      looks.remove(id);
    },
    proven: (name) => {
      const { photos, copies } = temp.state();
      const proofs = copies.proofsOf(idOf(name)).filter(({ verdict }) => verdict === 'proven');
      return proofs.map(({ b }) => photos.byId(b)?.key.split(':')[2] ?? '').sort();
    },
    compared: () => compared,
  };
}
