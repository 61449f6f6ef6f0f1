import type { Agent } from '../src/agent.js';
import type { Group, KeepRule, Likeness, Member } from '../src/model.js';
import { evidenceBetween } from '../src/pipeline/evidence/evidence.js';
import { automaticBits } from '../src/pipeline/fingerprint/bounds.js';
import { byWorth } from '../src/pipeline/groups/keep-rules.js';
import type { IndexedPhoto } from '../src/store-ports.js';

const ruleWords: Record<KeepRule, string> = {
  favorite: 'a favourite',
  in_album: 'in an album',
  format: 'a better kind of file',
  far_more_pixels: 'far more pixels',
  pixels: 'more pixels',
  metadata: 'still has its capture time',
  in_colour: 'in colour',
  preferred: 'in a place you prefer',
  larger: 'the larger file',
  older: 'was there first',
};

/** Puts the agent's findings into plain words. */
export class Explainer {
  readonly #agent: Agent;

  constructor(agent: Agent) {
    this.#agent = agent;
  }

  /** `same picture, score 0.998 (64-bit hash: 0 bits differ, 256-bit: 6)` */
  evidence(member: Member, keeper: IndexedPhoto): string {
    const { evidence } = member;
    if (evidence === null) return 'nothing';
    const score = `score ${evidence.score.toFixed(3)}`;
    if (evidence.distance === null) return `the very same bytes, ${score}`;
    const photo = this.#agent.state.photos.get(member.key);
    const likeness = photo === null ? undefined : this.#likeness(photo, keeper);
    const kind =
      evidence.kind === 'same-picture' ? 'same picture' : `same picture ${howTurned(likeness?.orientation)}`;
    const { phash, detail } = evidence.distance;
    return `${kind}, ${score} (${phash} of 64 and ${detail} of 256 bits differ)`;
  }

  /** The first keep rule that prefers the keeper. */
  keptBecause(keeper: IndexedPhoto, extra: IndexedPhoto): string {
    if (keeper.realm !== extra.realm) return 'the server comes before a local file';
    // With equal keys only a rule can tell the two apart.
    const rule = this.#agent.config.keep.find(
      (name) => byWorth([name])(keeper, { ...extra, key: keeper.key }) !== 0,
    );
    return rule === undefined ? 'equal in all; the key decides' : ruleWords[rule];
  }

  /** Why a photo is in no group: the photo that looks most like it, and what speaks against a copy. */
  notACopy(photo: IndexedPhoto): string {
    const { photos } = this.#agent.state;
    const nearest = [...this.#agent.neighbours.likenessesOf(photo.id)].sort(
      (a, b) => a.detailBits - b.detailBits,
    )[0];
    const other = nearest === undefined ? null : photos.byId(nearest.b);
    if (nearest === undefined || other === null) return 'nothing here looks like it';
    const evidence = evidenceBetween(
      photo,
      other,
      { likeness: nearest, proof: null },
      {
        threshold: this.#agent.config.detection.threshold,
        detailBound: automaticBits,
      },
    );
    const bits = `${nearest.phashBits} of 64 and ${nearest.detailBits} of 256 bits differ`;
    if (evidence?.kind === 'burst')
      return `a burst with ${other.name}: one camera, ${secondsBetween(photo, other)} s apart (${bits})`;
    return nearest.detailBits > automaticBits
      ? `looks like ${other.name}, but ${bits}; a copy has at most ${automaticBits} of 256`
      : `looks like ${other.name} (${bits}), but their pixels do not agree all over`;
  }

  photo(member: Member): IndexedPhoto | null {
    return this.#agent.state.photos.get(member.key);
  }

  /** All groups, by the names of their keepers. */
  groups(): readonly Group[] {
    const { groups, photos } = this.#agent.state;
    const named = groups.groups().map((group) => ({ group, name: photos.get(group.keeper)?.name ?? '' }));
    return named.sort((a, b) => (a.name < b.name ? -1 : 1)).map(({ group }) => group);
  }

  #likeness(photo: IndexedPhoto, other: IndexedPhoto): Likeness | undefined {
    return this.#agent.neighbours.likenessesOf(photo.id).find(({ b }) => b === other.id);
  }
}

function howTurned(orientation: number | undefined): string {
  if (orientation === undefined || orientation === 0) return 'in another shape';
  if (orientation === 1) return 'mirrored';
  return orientation === 2 ? 'upside down and mirrored' : orientation === 3 ? 'upside down' : 'turned';
}

function secondsBetween(a: IndexedPhoto, b: IndexedPhoto): number {
  return Math.round(Math.abs((a.takenAt ?? 0) - (b.takenAt ?? 0)) / 1000);
}

/** `840 x 560, 143 kB` */
export function sizeOf({ width, height, byteSize }: IndexedPhoto): string {
  const kilobytes = Math.max(1, Math.round((byteSize ?? 0) / 1000));
  return `${width ?? '?'} x ${height ?? '?'}, ${kilobytes} kB`;
}
