import type { Command, Invocation } from '../command.ts';
import { COMPASS_CA_FLAG } from '../compass/transport.ts';
import { LOCAL_DRY_RUN_FLAG } from '../dry-run.ts';
import { DOCUMENT_FORMATS } from '../output/format.ts';
import { TOKEN_FORMATS } from '../token/format.ts';
import { LOGIN_FLAGS } from '../token/login.ts';
import { describeToken, TOKEN_DOCUMENT_KIND, tokenDocument } from '../token/view.ts';

/** `kubectl compass token request`: a new one-time token, by the operator's own login at the Director. */
export const tokenRequest: Command = {
  details: `Asks the Director for a one-time token, with your own bearer token: for the Runtime of this cluster unless
--runtime-id or --app-id says otherwise. With --director-url, --tenant and one of these no cluster is needed.

The token goes to --out and nowhere else: a new file that you alone can read, or stdout for a pipe. What connect, reconnect
and cert issue take is what it writes. Unless --system-auth-id names an existing identity, the token makes a new one.`,
  exits: {
    0: 'the token is where --out says, or would be there but for --dry-run',
    3: 'there is no such CompassConnection',
    4: undefined,
    5: undefined,
    6: undefined,
    130: undefined,
    143: undefined,
  },
  flags: [
    { name: 'director-url', kind: 'text', value: 'URL', summary: 'the Director that takes your bearer token (https)' },
    { name: 'runtime-id', kind: 'text', value: 'ID', summary: 'a token for this Runtime' },
    { name: 'app-id', kind: 'text', value: 'ID', summary: 'a token for this Application' },
    { name: 'tenant', kind: 'text', value: 'ID', summary: 'the tenant of the Runtime or Application' },
    { name: 'system-auth-id', kind: 'text', value: 'ID', summary: 'the existing identity that the token is for' },
    { name: 'connection', kind: 'text', value: 'NAME', summary: 'the CompassConnection, where there are several' },
    ...LOGIN_FLAGS,
    { name: 'out', kind: 'text', value: 'FILE', summary: 'where the token goes: a new file, or - for stdout' },
    {
      name: 'format',
      kind: 'text',
      value: 'FORMAT',
      summary: 'rawEncoded (with URL and expiry, unless said) or the bare token',
      choices: TOKEN_FORMATS,
    },
    LOCAL_DRY_RUN_FLAG,
    COMPASS_CA_FLAG,
  ],
  formats: ['default', ...DOCUMENT_FORMATS],
  documentKind: TOKEN_DOCUMENT_KIND,
  examples: [
    {
      command:
        'kubectl compass token request --director-url https://compass.example.com/director/graphql --auth-token-file login.txt --out token.txt',
      does: 'For the Runtime of this cluster, into a file',
    },
    {
      command:
        'kubectl compass token request --director-url https://compass.example.com/director/graphql --auth-token-file login.txt --out - | kubectl compass reconnect --token-stdin',
      does: 'And used at once, without ever being on a disk or a screen',
    },
  ],
  run: runTokenRequest,
};

async function runTokenRequest(invocation: Invocation): Promise<number> {
  const { requestToken } = await import('../token/request.ts');
  const requested = await requestToken(invocation);
  const { clock, style, hint } = invocation;
  const text = describeToken(requested, clock.now(), style.symbols);
  if (requested.out === '-') hint(text.trimEnd());
  else await invocation.print({ document: () => tokenDocument(requested, clock.now()), text: () => text });
  return 0;
}
