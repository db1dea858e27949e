import { AppError } from "../core/errors.ts";
import type { IssueInput } from "./receipt.ts";
import { currentSettlementSample, donationSample, societyDuesSample, tuitionSample } from "./samples/civilSamples.ts";
import { checkupSample, registrationSample } from "./samples/clinicSamples.ts";
import { inpatientSample, outpatientSample } from "./samples/medicalSamples.ts";
import { nontaxSample, penaltySample } from "./samples/nontaxSamples.ts";

/** The day of samples that are given none. */
export const SAMPLE_DATE = "20250306";

const SAMPLES: Readonly<Record<string, (n: number, today: string) => IssueInput>> = {
  outpatient: outpatientSample,
  inpatient: inpatientSample,
  penalty: penaltySample,
  nontax: nontaxSample,
  tuition: tuitionSample,
  donation: donationSample,
  societyDues: societyDuesSample,
  currentSettlement: currentSettlementSample,
  registration: registrationSample,
  checkup: checkupSample,
};

/**
 * An invented, realistic input of this built-in kind, the same for the same n (a whole number >= 0) and day; busNo
 * differs with each. decideIssue accepts it without a warning on `today` (yyyyMMdd) or later. n = 0 gives the worked
 * samples of docs/domain.md 2.6. Throws sample_unknown for another kind.
 */
export function sampleInput(kindId: string, n: number, today: string = SAMPLE_DATE): IssueInput {
  const sample = Object.hasOwn(SAMPLES, kindId) ? SAMPLES[kindId] : undefined;
  if (sample === undefined) throw new AppError("sample_unknown", "there are samples of the built-in kinds alone");
  return sample(n, today);
}
