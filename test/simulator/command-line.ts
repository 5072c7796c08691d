import { parseArgs } from 'node:util';
import type { SimulatorOptions } from './options.ts';

/** The command line, read. */
export interface CommandLine {
  options: SimulatorOptions;
  /** Where to write the CA; a temporary folder where it is absent. */
  caFile: string | undefined;
  /** Print one line of JSON in place of the text for people. */
  json: boolean;
  help: boolean;
}

export const USAGE = `Usage: npm run simulator -- [flags]

Starts a Compass with sample Applications: Connector, Director, and an admin API.

  --port=8443               token-secured Connector (and the Director for an administrator);
                            the three below follow it, and 0 lets the system choose all of them
  --connector-mtls-port=N   Connector by client certificate
  --director-port=N         Director by client certificate
  --admin-port=N            admin API, plain HTTP on loopback
  --address=127.0.0.1       where to listen
  --hostname=localhost      the name in the URLs that the simulator hands out
  --tenant=ID, --runtime-id=ID, --admin-token=TOKEN
  --ca-file=PATH            where to write the CA (default: a temporary file)
  --no-samples              start without Applications
  --json                    print one line of JSON when it listens
`;

const TEXT = { type: 'string' } as const;
const FLAG = { type: 'boolean', default: false } as const;

function portOf(value: string | undefined, flag: string, otherwise: number): number {
  if (value === undefined) return otherwise;
  const port = Number(value);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new Error(`--${flag} must be a port number, not ${value}`);
}

/** Leaves out what is undefined, since an absent option and an undefined one differ to the type checker. */
function present(options: { [K in keyof SimulatorOptions]: SimulatorOptions[K] | undefined }): SimulatorOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

/** Reads the command line; throws with a text for the user on a flag that it does not know. */
export function readCommandLine(argv: string[]): CommandLine {
  const { values } = parseArgs({
    args: argv,
    options: {
      port: TEXT,
      'connector-mtls-port': TEXT,
      'director-port': TEXT,
      'admin-port': TEXT,
      address: TEXT,
      hostname: TEXT,
      tenant: TEXT,
      'runtime-id': TEXT,
      'admin-token': TEXT,
      'ca-file': TEXT,
      'no-samples': FLAG,
      json: FLAG,
      help: { ...FLAG, short: 'h' },
    },
  });
  const base = portOf(values.port, 'port', 8443);
  const after = (step: number): number => (base === 0 ? 0 : base + step);
  const options = present({
    connectorPort: base,
    connectorMtlsPort: portOf(values['connector-mtls-port'], 'connector-mtls-port', after(1)),
    directorPort: portOf(values['director-port'], 'director-port', after(2)),
    adminPort: portOf(values['admin-port'], 'admin-port', after(3)),
    address: values.address,
    hostname: values.hostname,
    tenant: values.tenant,
    runtimeId: values['runtime-id'],
    adminToken: values['admin-token'],
    samples: !values['no-samples'],
  });
  return { options, caFile: values['ca-file'], json: values.json, help: values.help };
}
