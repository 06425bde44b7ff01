/**
 * One language's words. Every entry goes through `normalise`, so case, accents and punctuation are written as
 * people read them. The lists of all languages are always active together.
 *
 * Each list says where its words come from: A, the maker's or authority's own page, read; B, an official page at second
 * hand or a vendor's guide; C, public code or a forum; the rest is ours.
 *
 * Entries from `refusals` on are patterns (see `pattern.ts`), those of `notTypos` excepted.
 */
export interface KeywordList {
  /** ISO 639-1. */
  readonly language: string;
  /** Whole message, asked or not: refuses every purpose. Never a word that also just answers, such as "no". */
  readonly stop: readonly string[];
  /** Whole message: refuses marketing and nothing else. */
  readonly stopMarketing: readonly string[];
  /** Mean yes or no only as an answer to an open request; polite forms are entries of their own. */
  readonly yes: readonly string[];
  readonly no: readonly string[];
  /** Taken off both ends before stop words and phrases are looked up. */
  readonly courtesies: readonly string[];
  /** Words around a refusal phrase that change nothing in it ("I said", "right now"): taken off phrases alone. */
  readonly fillers: readonly string[];
  /** Named choices for the patterns below, as `{name}`. */
  readonly slots: Readonly<Record<string, string>>;
  /** The whole message is a refusal. */
  readonly refusals: readonly string[];
  readonly marketingRefusals: readonly string[];
  /** Similar to a refusal when the whole message is this. */
  readonly holds: readonly string[];
  /** Similar to a refusal when the message holds it anywhere; the patterns of `refusals` count so too. */
  readonly holdsWithin: readonly string[];
  readonly marketingHoldsWithin: readonly string[];
  /** The opposite ("don't stop writing"): a message that holds one is not held, whatever the language of the rest. */
  readonly reversed: readonly string[];
  /** Any of these anywhere makes a message that merely holds a refusal talk: a time, a place, another channel. */
  readonly talk: readonly string[];
  /** Real words one slip of the finger away from a stop word. */
  readonly notTypos: readonly string[];
}
