/** A part of a Go template: text that is printed as it is, or what stands between `{{` and `}}`. */
export type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'action'; readonly source: string; readonly line: number };

const ACTION = /\{\{(-\s)?([\s\S]*?)(\s-)?\}\}/g;
const COMMENT = /^\s*\/\*[\s\S]*\*\/\s*$/;

/**
 * Cuts a template into its parts, with the white space gone that `{{-` and `-}}` take, and without comments
 * (Go's text/template, "Text and spaces"). Strings with `}}` in them are not understood.
 */
export function cut(template: string): readonly Part[] {
  const parts: Part[] = [];
  let end = 0;
  let isTrimmed = false;
  const addText = (text: string, trimsEnd: boolean) => {
    const from = isTrimmed ? text.trimStart() : text;
    const whole = trimsEnd ? from.trimEnd() : from;
    if (whole !== '') parts.push({ kind: 'text', text: whole });
  };
  for (const match of template.matchAll(ACTION)) {
    const [all, before, source = '', after] = match;
    addText(template.slice(end, match.index), before !== undefined);
    const line = template.slice(0, match.index).split('\n').length;
    if (!COMMENT.test(source)) parts.push({ kind: 'action', source: source.trim(), line });
    end = match.index + all.length;
    isTrimmed = after !== undefined;
  }
  addText(template.slice(end), false);
  return parts;
}
