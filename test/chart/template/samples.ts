/** What the samples are printed with. */
export const SHOP = { name: 'shop', count: 3, isOpen: false, tags: ['a', 'b'], sizes: { small: 1, big: 2 }, none: [] };

/** What the samples include. */
export const DEFINITIONS =
  '{{ define "word" }}[{{ .count }}]{{ end }}{{ define "lines" }}a: 1\nb: {{ .sizes.big }}{{ end }}';

/** Templates, and what Helm prints of them: test/release asks it. */
export const PRINTED: readonly (readonly [template: string, text: string])[] = [
  ['a {{ .name }} b', 'a shop b'],
  ['a {{- .name -}} b', 'ashopb'],
  ['a\n  {{- /* nothing */ -}}\n b', 'ab'],
  ['{{ .sizes.big }}{{ $.sizes.small }}', '21'],
  ['{{ $all := . }}{{ $all.name }}', 'shop'],
  ['{{ if .isOpen }}open{{ else }}closed{{ end }}', 'closed'],
  ['{{ if and .name (not .isOpen) }}yes{{ end }}', 'yes'],
  ['{{ if or .isOpen .none }}yes{{ end }}', ''],
  ['{{ with .none }}some{{ end }}{{ with .name }}{{ . }}{{ $.count }}{{ end }}', 'shop3'],
  ['{{ range .tags }}<{{ . }}>{{ end }}', '<a><b>'],
  ['{{ range $tag := .tags }}<{{ $tag }}>{{ end }}', '<a><b>'],
  ['{{ range $size, $number := .sizes }}{{ $size }}={{ $number }} {{ end }}', 'big=2 small=1 '],
  ['{{ $x := "out" }}{{ range .tags }}{{ $x := . }}{{ end }}{{ $x }}', 'out'],
  ['{{ include "word" . | quote }}', '"[3]"'],
  ['{{ include "lines" . | nindent 2 }}', '\n  a: 1\n  b: 2'],
  ['{{ printf "%s-%s" .name "x" | quote }}', '"shop-x"'],
  ['{{ .count | quote }}', '"3"'],
  ['{{ eq .name "shop" }}{{ ne (int .count) 3 }}', 'truefalse'],
  ['{{ "" | default .name }}{{ "x" | default .name }}', 'shopx'],
  ['{{ hasKey .sizes "big" }}{{ hasKey . "other" }}', 'truefalse'],
  ['{{ range list "a" "b" }}{{ . }}{{ end }}{{ range $k, $v := dict "k" "v" }}{{ $k }}{{ $v }}{{ end }}', 'abkv'],
  ['{{ range $k, $v := "a: b" | fromYaml }}{{ $k }}{{ $v }}{{ end }}', 'ab'],
  ['{{ toYaml .sizes | nindent 1 }}', '\n big: 2\n small: 1'],
];
