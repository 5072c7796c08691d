import { hash } from 'node:crypto';
import { parseJson } from '../json.ts';

/** A list in an answer of which the items that are known already need not be parsed. */
export interface ItemList {
  /** The names that lead to it, below `data`. */
  readonly path: readonly [root: string, list: string];
  /** What is selected first of each of its items, and of nothing else. */
  readonly firstField: string;
  /** Asked with the digest of each item: one that is known is parsed only when its value is asked for. */
  readonly isKnown: (digest: string) => boolean;
}

/** An item that was told apart in the text of its answer. */
export class ListItem {
  /** SHA-256 of its text, in base64url. */
  readonly digest: string;
  /** Until it is parsed: it keeps the text of the whole answer. */
  #text: string | undefined;
  #value: unknown;

  constructor(digest: string, text: string) {
    this.digest = digest;
    this.#text = text;
  }

  /** Undefined where its text is no JSON. */
  get value(): unknown {
    if (this.#text !== undefined) this.#value = parseJson(this.#text);
    this.#text = undefined;
    return this.#value;
  }
}

/** An answer without the items of its list, and these. */
export interface SplitAnswer {
  readonly frame: string;
  readonly items: readonly ListItem[];
}

/** More than in any page that is asked for. */
const MOST_ITEMS = 1_000;

/** What follows the list in the frame of a page. */
const AFTER_LIST = '],"pageInfo":';

/**
 * Tells the items of a list apart by the text around them, as a server writes it that adds no white space and keeps the
 * order of the selection. That is a guess, and proven: where every piece is JSON, and what is left is JSON around an empty
 * list, then the whole, in which no key comes twice, is the list of these pieces. A known one was found to be JSON when it was
 * parsed. Undefined where the guess does not hold, or the list is empty.
 */
export function splitItems(
  text: string,
  { path: [root, list], firstField, isKnown }: ItemList,
): SplitAnswer | undefined {
  const opening = `{"data":{"${root}":{"${list}":[`;
  const itemOpening = `{"${firstField}":`;
  const end = text.lastIndexOf(AFTER_LIST);
  if (end < opening.length || !text.startsWith(opening + itemOpening)) return undefined;
  const items: ListItem[] = [];
  let start = opening.length;
  while (start < end) {
    if (items.length === MOST_ITEMS) return undefined;
    const border = text.indexOf(`},${itemOpening}`, start);
    const itemEnd = border < 0 || border > end ? end : border + 1;
    const piece = text.slice(start, itemEnd);
    const item = new ListItem(hash('sha256', piece, 'base64url'), piece);
    if (!isKnown(item.digest) && item.value === undefined) return undefined;
    items.push(item);
    start = itemEnd + 1;
  }
  return { frame: text.slice(0, opening.length) + text.slice(end), items };
}
