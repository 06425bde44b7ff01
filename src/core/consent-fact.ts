import type { Purpose } from './purpose.ts';

/** What a ledger line says that somebody did, free of context (product.md §3.4). */

export interface FactBase {
  /** The contact point whose chain holds the line, and its number there: together the line's identity. */
  chain: string;
  seq: number;
  /** When it happened, ms, by WhatsApp's clock where WhatsApp told us. */
  at: number;
}

/** One ledger line, as far as the fold needs it. */
export type Fact = FactBase & Act;

export type Act =
  | {
      act: 'requested';
      purpose: Purpose;
      requestId: string;
      /** The last line of the chain that was known when the question was asked. */
      knowsSeq: number;
      /** A refusal was in force when it was asked: counts toward the limits after a refusal. */
      afterRefusal: boolean;
      /** Who was asked, `table/id`; nothing where it is in no record. Where several use the number, the Yes is theirs. */
      record?: string;
    }
  | { act: 'request-failed'; requestId: string }
  | { act: 'button'; requestId: string; meaning: 'yes' | 'no' }
  | { act: 'stop-word'; purposes: Purpose[] }
  | { act: 'start-word' }
  | {
      act: 'answer';
      meaning: 'yes' | 'no';
      /**
       * The request it quotes, or spoke to before it was corrected; the request that was our last word before it; and a request
       * whose full label it is.
       */
      quotes: string | null;
      follows: string | null;
      labelOf: string | null;
      /** Further requests with that very label, newest first: the first that is open is answered. */
      alsoLabelOf?: string[];
    }
  | { act: 'refusal-phrase'; purposes: Purpose[] }
  | { act: 'hold'; purposes: Purpose[] }
  | { act: 'released'; holdSeq: number; holdChain: string }
  | {
      act: 'recorded';
      decision: 'granted' | 'denied';
      purposes: Purpose[];
      knowsSeq: number;
      /** The hold this settles; then it is dated by the held message. */
      holdSeq: number | null;
      holdChain?: string;
    }
  | { act: 'platform'; value: 'stop' | 'resume' }
  | { act: 'signup' }
  | {
      act: 'crm';
      purpose: Purpose;
      /** What the field said in the words of consent: true allows, false forbids, null says nothing. */
      value: boolean | null;
      firstSight: boolean;
      record: string;
      knowsSeq: number;
    }
  /** What was granted `days` or more before is too old; without `days`, whatever was granted until then. */
  | { act: 'expired'; purposes: Purpose[]; days?: number }
  | { act: 'linked' }
  /** The customer has another number now; what they decided stays theirs. */
  | { act: 'renumbered' }
  /** Somebody of us wrote from the WhatsApp Business app, and it reached us after the answer that followed it. */
  | { act: 'written-in-app' }
  | {
      act: 'merged';
      /** Refused by either identity when they turned out to be one. */
      denied: Purpose[];
      /** The other identity's chain and its last line then. */
      otherChain?: string;
      otherSeq?: number;
    }
  | { act: 'erased' };

/** The line's identity, `chain/seq`. */
export const factId = (line: { chain: string; seq: number; at?: number }): string =>
  `${line.chain}/${line.seq}`;
