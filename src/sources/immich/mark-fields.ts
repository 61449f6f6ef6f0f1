import type { Mark } from '../../target-ports.js';
import type { MarkFields } from './requests.js';

/**
 * What `PUT /assets` is told of one mark. A rating of null is taken since 2.x. No release takes a location of null; all read
 * 0, 0 from the file beside the photo as "no location" (`hasGeo` in metadata.service.ts), and then have none.
 */
export function fieldsOf(mark: Mark): MarkFields {
  if ('favorite' in mark) return { isFavorite: mark.favorite };
  if ('duplicateId' in mark) return { duplicateId: mark.duplicateId };
  if ('rating' in mark) return { rating: mark.rating };
  if ('description' in mark) return { description: mark.description ?? '' };
  const { latitude, longitude } = mark.location ?? { latitude: 0, longitude: 0 };
  return { latitude, longitude };
}
