/* Preloaded into a program: writes down, as it ends, which of Node's own modules it has loaded, and which files. */
const { writeFileSync } = require('node:fs');

process.on('exit', () => {
  const { LOADED_MODULES_FILE } = process.env;
  const loaded = { builtins: process.moduleLoadList, files: Object.keys(require.cache) };
  writeFileSync(LOADED_MODULES_FILE, JSON.stringify(loaded));
});
