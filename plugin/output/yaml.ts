import { dump } from 'js-yaml';

/** A document as YAML: lists flush with their key, no anchors, long texts on one line, fields in the document's own order. */
export function formatYaml(document: unknown): string {
  // Through JSON, so that both formats have the same fields: an undefined one is none.
  return dump(JSON.parse(JSON.stringify(document)), { noRefs: true, lineWidth: -1, seqNoIndent: true });
}
