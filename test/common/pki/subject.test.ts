import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { CompassError } from '#common/errors.ts';
import { parseSubject } from '#common/pki/subject.ts';

function shown(text: string): string[] {
  return parseSubject(text).attributes.map(({ type, value }) => `${type}=${value}`);
}

suite('parseSubject', () => {
  const cases: [what: string, text: string, expected: string[]][] = [
    [
      "today's form",
      'O=Org,OU=Unit,L=Town,ST=State,C=DE,CN=id',
      ['O=Org', 'OU=Unit', 'L=Town', 'ST=State', 'C=DE', 'CN=id'],
    ],
    ['another order', 'CN=id,C=DE,O=Org', ['CN=id', 'C=DE', 'O=Org']],
    ['spaces after commas and around =', ' O = Org , CN = id ', ['O=Org', 'CN=id']],
    ['lower-case keys', 'o=Org,cn=id', ['O=Org', 'CN=id']],
    ['two OUs', 'OU=one,OU=two,CN=id', ['OU=one', 'OU=two', 'CN=id']],
    ['an unescaped comma in a value', 'O=Acme, Inc.,CN=id', ['O=Acme, Inc.', 'CN=id']],
    ['an unescaped comma and = in a value', 'O=Acme, x=1,CN=id', ['O=Acme, x=1', 'CN=id']],
    ['= in a value', 'O=a=b,CN=id', ['O=a=b', 'CN=id']],
    ['an escaped comma', String.raw`O=Acme\, Inc.,CN=id`, ['O=Acme, Inc.', 'CN=id']],
    ['an escaped key in a value', String.raw`O=Acme\,CN=no,CN=id`, ['O=Acme,CN=no', 'CN=id']],
    ['UTF-8 in hexadecimal pairs', String.raw`O=\C3\9Cber,CN=id`, ['O=Über', 'CN=id']],
    ['a backslash that escapes nothing', String.raw`O=a\z,CN=id`, [String.raw`O=a\z`, 'CN=id']],
    ['UTF-8', 'O=Ünïcode 株式会社 🎉,CN=id', ['O=Ünïcode 株式会社 🎉', 'CN=id']],
    ['a comma at the end', 'O=Org,CN=id,', ['O=Org', 'CN=id']],
    ['two commas in a row', 'O=Org,,CN=id', ['O=Org', 'CN=id']],
    ['white space between two commas', 'O=Org, ,CN=id', ['O=Org', 'CN=id']],
    ['a value that goes on with a word like a key', 'O=Org,OUs,CN=id', ['O=Org,OUs', 'CN=id']],
    ['hexadecimal pairs that are no UTF-8', String.raw`O=\C3\28,CN=id`, [String.raw`O=\C3\28`, 'CN=id']],
    ['10 KB', `O=${'x'.repeat(10_232)},CN=id`, [`O=${'x'.repeat(10_232)}`, 'CN=id']],
    ['an empty value', 'O=Org,OU=,CN=id', ['O=Org', 'OU=', 'CN=id']],
    ["OpenSSL's form", '/O=Org/OU=A/B/CN=id', ['O=Org', 'OU=A/B', 'CN=id']],
  ];
  for (const [what, text, expected] of cases) {
    test(`C14: reads ${what}`, () => assert.deepEqual(shown(text), expected));
  }

  const refused: [what: string, text: string, why: RegExp][] = [
    ['nothing', '', /is empty/],
    ['white space', ' \n ', /is empty/],
    ['no =', 'Org', /does not begin with an attribute/],
    ['no CN', 'O=Org,C=DE', /has no CN/],
    ['an empty CN', 'O=Org,CN= ', /has no CN/],
    ['two CNs', 'CN=a,CN=b', /more than one CN/],
    ['a control character', 'O=a\u0000b,CN=id', /control character/],
    ['more than 10 KB', `O=${'x'.repeat(10_233)},CN=id`, /longer than 10240/],
  ];
  for (const [what, text, why] of refused) {
    test(`C14: refuses ${what}, and shows a short subject`, () => {
      assert.throws(
        () => parseSubject(text),
        (error) => {
          assert.ok(error instanceof CompassError);
          assert.equal(error.reason, 'InvalidSubject');
          assert.match(error.message, why);
          assert.ok(error.message.length < 350);
          return true;
        },
      );
    });
  }

  test('what is refused is quoted, up to 200 characters', () => {
    const whole = `O=${'x'.repeat(198)}`;
    assert.throws(() => parseSubject(whole), { message: new RegExp(`"${whole}"$`) });
    assert.throws(() => parseSubject(`${whole}y`), { message: new RegExp(`"${whole}…"$`) });
  });

  test('a value that is escaped by RFC 4514 comes back as it was', () => {
    const value = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !/\p{Cc}|^\s|\s$/u.test(text));
    fc.assert(
      fc.property(value, value, (organization, unit) => {
        const escaped = (text: string) => text.replace(/[\\,+"<>;=#/]/g, (character) => `\\${character}`);
        const text = `O=${escaped(organization)},OU=${escaped(unit)},CN=id`;
        assert.deepEqual(shown(text), [`O=${organization}`, `OU=${unit}`, 'CN=id']);
      }),
    );
  });

  test('whatever comes is read or refused with InvalidSubject', () => {
    const token = fc.constantFrom('O=', 'OU=', 'CN=id', ',', '/', '\\', '=', ' ', 'é', '\\c3', 'x');
    fc.assert(
      fc.property(fc.array(token, { maxLength: 40 }), (tokens) => {
        try {
          assert.equal(parseSubject(tokens.join('')).attributes.filter(({ type }) => type === 'CN').length, 1);
        } catch (error) {
          assert.ok(error instanceof CompassError && error.reason === 'InvalidSubject', String(error));
        }
      }),
    );
  });

  test('the time grows with the length, not with its square', () => {
    const hostile = [
      `O=${','.repeat(10_000)}`,
      `O=${'\\'.repeat(10_000)}`,
      `O=${' ='.repeat(5000)}`,
      '='.repeat(10_000),
    ];
    const started = process.cpuUsage();
    for (const text of hostile) assert.throws(() => parseSubject(text), { reason: 'InvalidSubject' });
    assert.ok(process.cpuUsage(started).user < 250_000);
  });
});
