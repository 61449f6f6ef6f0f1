/** Bits of the 64-bit hash within which two photos are candidates; larger distances are never stored. */
export const candidateBits = 12;
/** Bits of the 256-bit hash up to which a likeness is stored: beyond `automaticBits` it says how crowded the place is. */
export const storedBits = 60;
/** Certain: the bound that PDQ's authors recommend for its 256 bits. */
export const certainBits = 31;
/** Proven where the place is not crowded: no false pair in 1.3e8 comparisons of look-alike photographs. */
export const automaticBits = 45;
/**
 * The same between two documents: receipts of one shop look nearly the same at this size. Of 620 of them the nearest two
 * different ones were 14 bits apart; copies of one lie within 7, turned ones within 10.
 */
export const paperBits = 10;
/** A photo with more uncertain neighbours than this stands among look-alikes: only certain pairs count there. */
export const crowdedNeighbours = 8;
/** Below this a picture has too little detail to be told apart by look. */
export const leastQuality = 50;
