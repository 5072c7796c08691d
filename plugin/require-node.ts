/**
 * Imported first, for its effect: ends the process where the Node that runs it is too old. An old one has to get this far, so
 * nothing is imported here, and the build writes the file that this lands in, main.js, in the syntax of 2015.
 */

/**
 * From where on a line of Node will do, and any line after the last. Before, its https.Agent knows no `proxyEnv`, and would go
 * past a proxy without a word.
 */
const LINES: readonly (readonly [major: number, minor: number])[] = [
  [22, 21],
  [24, 5],
];

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const willDo = LINES.some((line) => line[0] === major && line[1] <= minor) || LINES.every((line) => line[0] < major);

if (!willDo) {
  const wanted = LINES.map((line) => line.join('.')).join(', ');
  process.stderr.write(
    `kubectl compass: Node.js ${wanted} or newer is needed, and this is ${process.versions.node} (${process.execPath}); ` +
      'put a newer one on the PATH, or take an archive that brings its own: kubectl krew install compass\n',
  );
  process.exit(2);
}

export {};
