import { SwappedFolder } from '../../../sidecar/neighbours/swapped-folder.ts';

/** A process that does nothing but swap, as fast as it can, until it is killed: each set is of one number. */
const [folderPath = '', first = '0'] = process.argv.slice(2);
const folder = new SwappedFolder(folderPath, 0o440);
folder.tidy();
for (let number = Number(first); ; number += 1) {
  folder.put({ 'tls.crt': `certificate ${number}`, 'tls.key': `key ${number}` });
  if (number % 3 === 0) folder.tidy();
}
