/**
 * What krew asks of a manifest (kubernetes-sigs/krew: `internal/index/validation/validate.go`, and strict reading by
 * `internal/index/indexscanner`), and what its index asks besides (https://krew.sigs.k8s.io/docs/developer-guide): a short
 * description of at most 50 characters, and no two platforms that fit one machine.
 */

const API_VERSION = 'krew.googlecontainertools.github.com/v1alpha2';

/** As far as krew's own reader goes: any other field is refused. */
const FIELDS = {
  plugin: ['apiVersion', 'kind', 'metadata', 'spec'],
  spec: ['caveats', 'description', 'homepage', 'platforms', 'shortDescription', 'version'],
  platform: ['bin', 'files', 'selector', 'sha256', 'uri'],
  selector: ['matchExpressions', 'matchLabels'],
} as const;

type Node = Readonly<Record<string, unknown>>;

/** Everything that is wrong with the manifest, which was read from `<name>.yaml`, in a few words each. */
export function krewFindings(manifest: unknown, name: string): string[] {
  const plugin = nodeOf(manifest);
  const metadata = nodeOf(plugin['metadata']);
  const spec = nodeOf(plugin['spec']);
  return [
    ...others('plugin', plugin),
    ...others('spec', spec),
    ...unless(plugin['apiVersion'] === API_VERSION, 'apiVersion'),
    ...unless(plugin['kind'] === 'Plugin', 'kind'),
    ...unless(matches(metadata['name'], /^[\w-]+$/) && metadata['name'] === name, 'metadata.name'),
    ...unless(matches(spec['version'], /^v\d+\.\d+\.\d+(?:-[\w.-]+)?$/), 'version'),
    ...unless(matches(spec['shortDescription'], /^[^\r\n]{1,50}$/), 'shortDescription'),
    ...platformFindings(spec['platforms']),
  ];
}

function platformFindings(platforms: unknown): string[] {
  if (!Array.isArray(platforms) || platforms.length === 0) return ['platforms'];
  const machines = platforms.map((platform) => machineOf(nodeOf(platform)));
  const twice = machines.filter((machine, index) => machines.indexOf(machine) !== index);
  return [...platforms.flatMap(findingsOfPlatform), ...twice.map((machine) => `two platforms for ${machine}`)];
}

function findingsOfPlatform(given: unknown): string[] {
  const platform = nodeOf(given);
  const selector = nodeOf(platform['selector']);
  const labels = Object.keys(nodeOf(selector['matchLabels']));
  const isWindows = machineOf(platform).startsWith('windows/');
  const found = [
    ...others('platform', platform),
    ...others('selector', selector),
    ...unless(matches(platform['uri'], /\.(?:tar\.gz|zip)$/), 'uri'),
    ...unless(matches(platform['sha256'], /^[a-f0-9]{64}$/), 'sha256'),
    // A path that leads out of the archive, or another kind of program than Windows starts.
    ...unless(matches(platform['bin'], isWindows ? /^[\w-]+\.exe$/ : /^[\w-]+$/), 'bin'),
    ...unless(labels.length > 0 && labels.every((label) => label === 'os' || label === 'arch'), 'selector'),
    ...unless(platform['files'] === undefined || filesAreGiven(platform['files']), 'files'),
  ];
  return found.map((finding) => `${machineOf(platform)}: ${finding}`);
}

function filesAreGiven(files: unknown): boolean {
  if (!Array.isArray(files) || files.length === 0) return false;
  return files.map(nodeOf).every(({ from, to }) => matches(from, /./) && matches(to, /./));
}

function machineOf(platform: Node): string {
  const labels = nodeOf(nodeOf(platform['selector'])['matchLabels']);
  return `${labels['os'] ?? '*'}/${labels['arch'] ?? '*'}`;
}

function others(kind: keyof typeof FIELDS, node: Node): string[] {
  const known: readonly string[] = FIELDS[kind];
  return Object.keys(node)
    .filter((field) => !known.includes(field))
    .map((field) => `a ${kind} has no field ${field}`);
}

function nodeOf(value: unknown): Node {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function matches(value: unknown, pattern: RegExp): boolean {
  return typeof value === 'string' && pattern.test(value);
}

function unless(isRight: boolean, what: string): string[] {
  return isRight ? [] : [what];
}
