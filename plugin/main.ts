import process from 'node:process';
import { keepCompiledCode } from './compile-cache.ts';

// Before anything else is loaded, so that all else is loaded by it.
keepCompiledCode(process.env, process.argv[2]);
const { runProgram } = await import('./program.ts');
process.exit(await runProgram(process));
