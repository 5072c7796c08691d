import { dump } from 'js-yaml';

/** How a document is written where that is not as kubectl does. */
export interface YamlStyle {
  /** Lists further in than their key. */
  readonly indentsLists?: boolean;
}

/** A document as YAML: lists flush with their key, no anchors, long texts on one line, fields in the document's own order. */
export function formatYaml(document: unknown, { indentsLists = false }: YamlStyle = {}): string {
  // Through JSON, so that both formats have the same fields: an undefined one is none.
  const plain: unknown = JSON.parse(JSON.stringify(document));
  return dump(plain, { noRefs: true, lineWidth: -1, seqNoIndent: !indentsLists });
}
