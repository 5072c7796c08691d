/**
 * Imported first, for its effect: ends the process where the Node that runs it is too old. An old one has to get this far, so
 * nothing is imported here, and the build writes the file that this lands in, main.js, in the syntax of 2015.
 */

/** What the libraries ask for: `engines` of undici, by way of the Kubernetes client. */
const OLDEST = [22, 19] as const;

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
  process.stderr.write(
    `kubectl compass: Node.js ${OLDEST.join('.')} or newer is needed, and this is ${process.versions.node} (${process.execPath}); ` +
      'put a newer one on the PATH, or take an archive that brings its own: kubectl krew install compass\n',
  );
  process.exit(2);
}

export {};
