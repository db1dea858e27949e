import { discloseReceipt, type DisclosureChoice } from "../../service/core/discloseReceipt.ts";
import { encodeDisclosureFile, parseDisclosureFile } from "../../service/core/disclosureFile.ts";
import type { DisclosedField } from "../../service/core/disclosure.ts";
import { encodeProof, type Proof } from "../../service/core/proof.ts";
import { makeReceipt, SAMPLE_DATA, type SampleData, type SampleReceipt } from "./sampleReceipt.ts";

/** A receipt like a hospital's: parts of who paid, two items, a list of details, two fields with the same value. */
export const MEDICAL_DATA: SampleData = {
  ...SAMPLE_DATA,
  issueDate: "20260306",
  checker: "",
  mainExt: {
    gender: "女",
    fundPayAmount: 20000,
    ownPayAmount: 4621,
    selfpaymentAmount: 4621,
    medicalDate: "20260306",
    patientNumber: "MZ000123",
  },
  items: [
    { itemName: "西药费", itemAmount: 20000 },
    { itemName: "检查费", itemAmount: 4621 },
  ],
  auxItems: [{ auxItemName: "阿莫西林胶囊", auxItemAmount: 20000 }],
  payChannels: [
    { payChannelCode: "05", payChannelValue: 4621 },
    { payChannelCode: "11", payChannelValue: 20000 },
  ],
};

export const makeMedicalReceipt = (change: Parameters<typeof makeReceipt>[0] = {}): Promise<SampleReceipt> =>
  makeReceipt({ ...change, data: { ...MEDICAL_DATA, ...change.data } });

export const discloseSample = (receipt: SampleReceipt, choice: DisclosureChoice): Uint8Array =>
  discloseReceipt(receipt.sealed, choice);

/** The same file with other fields, written in its canonical form. */
export function withFields(
  file: Uint8Array,
  change: (fields: readonly DisclosedField[]) => readonly DisclosedField[],
): Uint8Array {
  const { proof, disclosure } = parseDisclosureFile(file);
  return encodeDisclosureFile({ proof, disclosure: { version: 1, fields: change(disclosure.fields) } });
}

/** The same fields under another proof. */
export function withProof(file: Uint8Array, proof: Proof | Uint8Array): Uint8Array {
  const { disclosure } = parseDisclosureFile(file);
  return encodeDisclosureFile({ disclosure, proof: proof instanceof Uint8Array ? proof : encodeProof(proof) });
}
