import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { parseConnectorUrl, requireTrustedUrl } from '#common/compass/trusted-url.ts';

const CONNECTOR = 'https://connector.compass.example.com/connector/graphql';

suite('parseConnectorUrl', () => {
  const good: [text: string, expected: string][] = [
    [CONNECTOR, CONNECTOR],
    [`  ${CONNECTOR}\n`, CONNECTOR],
    [`${CONNECTOR}?token=canary`, CONNECTOR],
    [`${CONNECTOR}?a=b&token=canary#x`, `${CONNECTOR}?a=b`],
    ['https://[::1]:8443/graphql', 'https://[::1]:8443/graphql'],
    ['https://HOST.example.com:443/graphql', 'https://host.example.com/graphql'],
  ];
  for (const [text, expected] of good) {
    test(`N3: ${JSON.stringify(text)} is called as ${expected}`, () => assert.equal(parseConnectorUrl(text), expected));
  }

  const bad: [text: string, why: RegExp][] = [
    ['', /not an absolute URL/],
    ['canary.example.com/graphql', /not an absolute URL/],
    ['/connector/graphql', /not an absolute URL/],
    ['http://canary.example.com/graphql', /must begin with https:/],
    ['canary:443/graphql', /must begin with https:/],
    ['https://canary.example.com', /has no path/],
    ['https://canary:canary@example.com/graphql', /user name or password/],
    [`https://canary.example.com/${'x'.repeat(100_000)}`, /longer than 2048/],
  ];
  for (const [text, why] of bad) {
    test(`N3: ${JSON.stringify(text.slice(0, 50))} is refused, without its content`, () => {
      assert.throws(
        () => parseConnectorUrl(text),
        (error: Error & { reason?: string }) => {
          assert.equal(error.reason, 'ConfigurationInvalid');
          assert.match(error.message, why);
          assert.doesNotMatch(error.message.replace('canary:// ', ''), /canary\.|canary@/);
          return true;
        },
      );
    });
  }
});

suite('C20: a URL that the Connector names', () => {
  const rule = {
    connectorUrl: CONNECTOR,
    allowedHosts: ['Other.Example.org', '10.0.0.7', 'ported.example.org:8443', '[fd00::1]'],
  };

  const trusted: [what: string, url: string][] = [
    ['the same host', 'https://connector.compass.example.com/x'],
    ['the same host on another port', 'https://connector.compass.example.com:8443/x'],
    ['a host under the same parent', 'https://director.compass.example.com/graphql'],
    ['a host deeper under the same parent', 'https://a.b.compass.example.com/graphql'],
    ['a host with the root’s dot', 'https://director.compass.example.com./graphql'],
    ['an allowed host', 'https://other.example.org/graphql'],
    ['an allowed address', 'https://10.0.0.7/graphql'],
    ['an allowed IPv6 address', 'https://[fd00::1]/graphql'],
    ['an allowed host with its port', 'https://ported.example.org:8443/graphql'],
  ];
  for (const [what, url] of trusted) {
    test(`is trusted on ${what}`, () => assert.equal(requireTrustedUrl(url, rule).href, new URL(url).href));
  }

  const refused: [what: string, url: string, why: RegExp][] = [
    ['http', 'http://director.compass.example.com/graphql', /by http:/],
    ['another domain', 'https://compass.example.org/graphql', /neither on the host nor in the domain/],
    ['a domain that only ends alike', 'https://evilcompass.example.com/graphql', /neither/],
    ['the parent itself', 'https://compass.example.com/graphql', /neither/],
    ['the grandparent', 'https://evil.example.com/graphql', /neither/],
    ['an allowed host on another port', 'https://ported.example.org/graphql', /neither/],
    ['an address', 'https://10.0.0.8/graphql', /neither/],
    ['an address in other words', 'https://0x0a000008/graphql', /neither/],
    ['a user name', 'https://connector.compass.example.com:x@evil.org/graphql', /user name or password/],
    ['a user name on the right host', 'https://u@connector.compass.example.com/graphql', /user name or password/],
    ['nothing', '', /not an absolute URL/],
    ['a path only', '/director/graphql', /not an absolute URL/],
    ['no host', 'https:///', /not an absolute URL/],
    ['too many characters', `https://connector.compass.example.com/${'x'.repeat(3000)}`, /longer than 2048/],
  ];
  for (const [what, url, why] of refused) {
    test(`is refused with ${what}`, () => {
      assert.throws(() => requireTrustedUrl(url, rule), { reason: 'UntrustedUrl', message: why });
    });
  }

  test('a parent of one label is none, and an address has none', () => {
    const short = { connectorUrl: 'https://example.com/graphql', allowedHosts: [] };
    assert.throws(() => requireTrustedUrl('https://director.com/graphql', short), { reason: 'UntrustedUrl' });
    assert.throws(() => requireTrustedUrl('https://a.example.com/graphql', short), { reason: 'UntrustedUrl' });
    const local = { connectorUrl: 'https://localhost/graphql', allowedHosts: [] };
    assert.ok(requireTrustedUrl('https://localhost:8443/graphql', local));
    const address = { connectorUrl: 'https://10.0.0.1/graphql', allowedHosts: [] };
    assert.ok(requireTrustedUrl('https://10.0.0.1:8443/graphql', address));
    assert.throws(() => requireTrustedUrl('https://99.0.0.1/graphql', address), { reason: 'UntrustedUrl' });
  });
});
