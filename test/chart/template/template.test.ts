import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Evaluation } from './evaluate.ts';
import type { Value } from './functions.ts';
import { parseTemplate } from './parse.ts';
import { DEFINITIONS, PRINTED, SHOP } from './samples.ts';

function print(text: string, dot: Value = {}): string {
  const { body, definitions } = parseTemplate(text, 'sample.yaml');
  return new Evaluation(definitions).print(body, dot);
}

/** What is not understood, or goes wrong, and what has to be in the message. */
const REFUSED: readonly (readonly [template: string, message: RegExp])[] = [
  ['a\n{{ if .name }}b', /^sample\.yaml:2: \{\{ if \.name \}\} is not closed/],
  ['{{ end }}', /^sample\.yaml:1: \{\{ end \}\} belongs to no block/],
  ['{{ if .name }}a{{ else if .count }}b{{ end }}', /not closed|not understood/],
  ['{{ with .none }}a{{ else }}b{{ end }}', /not closed/],
  ['{{ template "x" . }}', /the function template is not understood/],
  ['{{ .Values.image | upper }}', /there is no Values/],
  ['{{ .name | upper }}', /the function upper is not understood/],
  ['{{ .nam }}', /there is no nam in/],
  ['{{ $unknown }}', /\$unknown is not declared/],
  ['{{ $x = 1 }}', /^sample\.yaml:1: "= 1" is not understood/],
  ['{{ .name "x" }}', /one value is expected/],
  ['{{ (eq .name "x" }}', /parenthesis/],
  ['{{ "a" | .name }}', /only a function takes/],
  ['{{ }}', /one value is expected/],
  ['{{ 1.5 }}', /not understood/],
  ["{{ 'a' }}", /not understood/],
  ['{{ printf "%d" .count }}', /%d of "%d" is not understood/],
  ['{{ printf "%s" .count }}', /3 is no text/],
  ['{{ printf "x" .name }}', /takes fewer values/],
  ['{{ eq .name .count }}', /cannot be compared/],
  ['{{ .sizes }}', /cannot be printed/],
  ['{{ range .name }}{{ end }}', /neither a list nor a map/],
  ['{{ include "x" . }}', /"x" is not defined/],
  ['{{ fail (printf "%s is wrong" .name) }}', /^shop is wrong$/],
];

describe('the renderer of templates', () => {
  for (const [template, text] of PRINTED) {
    test(`prints ${JSON.stringify(template)}`, () => assert.equal(print(DEFINITIONS + template, SHOP), text));
  }

  for (const [template, message] of REFUSED) {
    test(`refuses ${JSON.stringify(template)}`, () => assert.throws(() => print(template, SHOP), { message }));
  }
});
