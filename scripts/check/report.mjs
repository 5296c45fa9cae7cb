/** Prints the problems, one a line, and sets the exit code; or prints what was found to be in order. */
export function report(name, problems, summary) {
  for (const problem of problems) console.error(`${name}: ${problem}`);
  if (problems.length > 0) process.exitCode = 1;
  else console.log(`${name}: ${summary}`);
}
