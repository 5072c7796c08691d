import process from 'node:process';
import { runProgram } from './program.ts';

process.exit(await runProgram(process));
