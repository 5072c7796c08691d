/** The one table of exit codes: the same for every command and in every output format. */
export const EXIT_CODES: Readonly<Record<number, string>> = {
  0: 'done: healthy, no differences, nothing to do',
  1: 'it ran, and the answer is no: not healthy, differences, findings, failed Applications',
  2: 'wrong usage',
  3: 'not installed, or not found',
  4: 'Kubernetes cannot be reached, or does not permit it',
  5: 'Compass cannot be reached',
  6: 'Compass refuses this identity: token, certificate, tenant or scope',
  7: 'stopped by a safety guard, or needs a person',
  9: 'nothing needed doing (with --detailed-exitcode only)',
  124: 'timed out',
  130: 'interrupted by Ctrl-C',
  143: 'told to terminate',
};
