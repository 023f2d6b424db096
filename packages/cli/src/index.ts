// The command line as a function: `main.ts` and tests call it.
export { type CliSurroundings, runCli } from './run-cli.ts';
