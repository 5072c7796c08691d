/** A template in kubectl's jsonpath dialect, read: texts, and what is looked up in the document. */
export type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'print'; readonly steps: readonly Step[] }
  | { readonly kind: 'range'; readonly steps: readonly Step[]; readonly body: readonly Part[] };

/** One step on the way through a document: takes the values so far, gives the next ones. */
export type Step =
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'wildcard' }
  | { readonly kind: 'recursive' }
  | { readonly kind: 'literal'; readonly value: string | number | boolean }
  | { readonly kind: 'slice'; readonly slice: Slice }
  | { readonly kind: 'elements' }
  | { readonly kind: 'union'; readonly branches: readonly (readonly Step[])[] }
  | { readonly kind: 'filter'; readonly filter: Filter };

/** `[2]` is a slice with an index only; an undefined bound is the list's own. */
export interface Slice {
  readonly index?: number;
  readonly start?: number;
  readonly end?: number;
  readonly step?: number;
}

/** `?(left operator right)`; without an operator it asks whether `left` is there. */
export interface Filter {
  readonly left: readonly Step[];
  readonly comparison?: { readonly operator: Operator; readonly right: readonly Step[] };
}

export const OPERATORS = ['==', '!=', '<', '<=', '>', '>='] as const;

export type Operator = (typeof OPERATORS)[number];
