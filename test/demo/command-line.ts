import { parseArgs } from 'node:util';

/** The command line, read. */
export interface CommandLine {
  /** End after the last step. */
  readonly once: boolean;
  /** The context of a real cluster; undefined for the embedded API server. */
  readonly context: string | undefined;
  readonly help: boolean;
}

export const USAGE = `Usage: npm run demo -- [flags]

Starts a Compass simulator, a Kubernetes API server and the sidecar on this machine,
and tells what happens while they pair, synchronize, renew and reconnect.

  --once                     end after the last step, with 0 when everything worked
  --cluster --context NAME   use the cluster of this kubeconfig context instead; it must
                             have no CompassConnection and no Application from Compass,
                             and is left as it was
  -h, --help
`;

/** Reads the command line; throws with a text for the user where it makes no sense. */
export function readCommandLine(argv: readonly string[]): CommandLine {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      once: { type: 'boolean', default: false },
      cluster: { type: 'boolean', default: false },
      context: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const { once, cluster, context, help } = values;
  if (cluster && !context) throw new Error('--cluster needs --context NAME, so that no cluster is used by accident');
  if (context !== undefined && !cluster) throw new Error('--context goes with --cluster');
  return { once, context, help };
}
