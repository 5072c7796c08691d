import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { suite, test } from 'node:test';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { hashToken, readToken } from '#common/compass/token.ts';
import { CompassError } from '#common/errors.ts';
import { tokenForms } from '../../simulator/token-forms.ts';

const BARE = `${'canary_-'.repeat(10)}abcdef==`;
const URL_OF_CONNECTOR = 'https://connector.example.com/connector/graphql';

function formsOf(value: string) {
  return tokenForms(
    { value, used: false, expiresAtMs: 0, clientId: 'x' } as Parameters<typeof tokenForms>[0],
    URL_OF_CONNECTOR,
  );
}

suite('readToken', () => {
  const { raw, rawEncoded } = formsOf(BARE);
  const json = Buffer.from(rawEncoded, 'base64').toString();

  const forms: [what: string, text: string, connectorUrl: string | undefined][] = [
    ['bare', BARE, undefined],
    ['bare, with white space around', `  ${BARE}\r\n`, undefined],
    ['bare, broken into lines', `${BARE.slice(0, 40)}\n  ${BARE.slice(40)}\n`, undefined],
    ['bare, in quotes', ` "${BARE}"\n`, undefined],
    [
      'bare, with blanks within its quotes and at the ends of its lines',
      `" ${BARE.slice(0, 40)} \r\n${BARE.slice(40)} "`,
      undefined,
    ],
    ['bare, in typographic quotes', `“${BARE}”`, undefined],
    ['bare, with a byte order mark', `\ufeff${BARE}`, undefined],
    ['rawEncoded', rawEncoded, URL_OF_CONNECTOR],
    ['rawEncoded, broken into lines and in quotes', `'${rawEncoded.replace(/.{20}/g, '$&\n')}'`, URL_OF_CONNECTOR],
    [
      'rawEncoded, URL-safe and without padding',
      Buffer.from(rawEncoded, 'base64').toString('base64url'),
      URL_OF_CONNECTOR,
    ],
    ['the JSON itself', ` ${json}\n`, URL_OF_CONNECTOR],
    ['a URL', raw, URL_OF_CONNECTOR],
    ['a URL with a raw token, in quotes', `"${URL_OF_CONNECTOR}?token=${BARE}"`, URL_OF_CONNECTOR],
  ];
  for (const [what, text, connectorUrl] of forms) {
    test(`reads a token that is ${what}`, () => {
      const read = readToken(text);
      assert.equal(read.token.reveal(), BARE);
      assert.equal(read.connectorUrl, connectorUrl);
      assert.doesNotMatch(inspect(read) + JSON.stringify(read), /canary/);
    });
  }

  const refused: [what: string, text: string][] = [
    ['empty', ' \n '],
    ['quotes only', '""'],
    ['a URL without a token', 'https://canary.example.com/graphql'],
    ['a URL with an empty token', 'https://canary.example.com/graphql?token='],
    ['JSON without a token', '{"canary":1}'],
    ['encoded JSON without a token', Buffer.from('{"canary":1}').toString('base64')],
    ['encoded JSON with a number as its token', Buffer.from('{"token":1,"canary":1}').toString('base64')],
    ['with a character that no header can carry', 'canary\u0000canary'],
    ['not ASCII', 'canaryü'],
    ['several words', 'canary canary\n'],
    ['JSON with several words as its token', '{"token":"canary canary"}'],
    ['a URL with words behind it', 'https://canary.example.com/graphql?token=canary canary'],
    ['very long', 'canary'.repeat(1000)],
    ['extremely long', 'canary'.repeat(10_000)],
  ];
  for (const [what, text] of refused) {
    test(`refuses one that is ${what}, without its content`, () => {
      assert.throws(
        () => readToken(text),
        (error) => {
          assert.ok(error instanceof CompassError);
          assert.equal(error.reason, 'ConfigurationInvalid');
          assert.match(error.message, /^TOKEN /);
          assert.doesNotMatch(inspect(error, { depth: 9 }), /canary/);
          return true;
        },
      );
    });
  }

  test('all forms of any token have one hash, which is its SHA-256', () => {
    const token = fc.uint8Array({ minLength: 64, maxLength: 64 }).map((bytes) => {
      const text = Buffer.from(bytes).toString('base64url');
      return `${text}==`;
    });
    fc.assert(
      fc.property(token, (value) => {
        const { raw, rawEncoded } = formsOf(value);
        const hashes = [value, raw, rawEncoded].map((form) => hashToken(readToken(form).token));
        assert.deepEqual([...new Set(hashes)], [createHash('sha256').update(value).digest('hex')]);
      }),
    );
  });
});
