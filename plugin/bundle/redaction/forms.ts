/** Up to here a value counts where it stands as a word of its own: `test` is not in `latest`. */
export const SHORT = 8;

/** What a value looks like where somebody quotes it, the value itself among them. */
export function formsOf(value: string): Set<string> {
  const bytes = Buffer.from(value);
  const json = escaped(value);
  const html = json.replace(/[<>&]/g, (sign) => `\\u00${hexOf(sign)}`);
  return new Set([
    value,
    ...percentForms(value.toWellFormed()),
    ...[json, escaped(json), html, escaped(html)],
    ...htmlForms(value),
    ...linesOf(value),
    ...(bytes.length >= SHORT
      ? [bytes.toString('hex'), bytes.toString('hex').toUpperCase(), ...base64Forms(bytes)]
      : [bytes.toString('base64'), bytes.toString('base64url')]),
  ]);
}

function escaped(value: string): string {
  return JSON.stringify(value).slice(1, -1);
}

/** As programs write it into URLs and forms: each leaves other signs as they are, and a blank may be a plus. */
function percentForms(text: string): string[] {
  const component = encodeURIComponent(text);
  if (/^[\w.~-]*$/.test(text)) return [component];
  const url = new URL('http://host.invalid');
  url.password = text;
  const all = [
    ...[component, encodeURI(text), url.password],
    component.replace(/[!'()*]/g, (sign) => `%${hexOf(sign).toUpperCase()}`),
    new URLSearchParams([['', text]]).toString().slice(1),
  ];
  const plus = all.map((form) => form.replaceAll('%20', '+'));
  return [...all, ...plus].flatMap((form) => [form, form.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())]);
}

/** As it stands in a page: an error of a gateway may be one. */
function htmlForms(value: string): string[] {
  if (!/[<>&"']/.test(value)) return [];
  const text = value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const quotes = ['"', '&quot;', '&#34;'];
  const apostrophes = ["'", '&#39;', '&#x27;'];
  return quotes.flatMap((quote) =>
    apostrophes.map((apostrophe) => text.replaceAll('"', quote).replaceAll("'", apostrophe)),
  );
}

function hexOf(sign: string): string {
  return sign.charCodeAt(0).toString(16).padStart(2, '0');
}

/** A log has a PEM file line by line. */
function linesOf(value: string): string[] {
  return value.includes('\n')
    ? value.split(/\r?\n/).filter((line) => line.length >= 2 * SHORT && !line.startsWith('---'))
    : [];
}

/** As it is, and as the part of something longer (`user:password`) that hangs on nothing before or after it. */
function base64Forms(bytes: Buffer): string[] {
  const inner = [0, 1, 2].map((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    const from = before === 0 ? 0 : before + 1;
    const whole = Math.floor(((before + bytes.length) * 8) / 6);
    return encoded.slice(from, whole);
  });
  const all = [bytes.toString('base64'), ...inner].filter((form) => form.length >= SHORT);
  return all.flatMap((form) => [form, form.replaceAll('+', '-').replaceAll('/', '_')]);
}
