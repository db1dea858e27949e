import type { FailStep, Failpoint } from "../../app/ports.ts";

/**
 * Kills this process the way a power cut does, at the n-th passing of a step: for the fault tests.
 * @param point "step:n", or undefined: never
 */
export function createFailpoint(point: { readonly step: FailStep; readonly passing: number } | undefined): Failpoint {
  let passings = 0;
  return (step) => {
    if (point === undefined || step !== point.step) return;
    passings += 1;
    if (passings === point.passing) process.kill(process.pid, "SIGKILL");
  };
}
