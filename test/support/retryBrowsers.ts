import type { Context } from "mocha";

/** Tests that drive Chromium: a key or a click that a busy machine loses is no fault of the page. */
const DRIVES_CHROMIUM = /[\\/]test[\\/](?:web|http[\\/]citizens[\\/]fetchPages|http[\\/]pages)/;

const begun = new Set<string>();

/** Runs such a test once more if it fails, and says so: what fails twice fails. */
export const mochaHooks = {
  beforeEach(this: Context): void {
    const test = this.currentTest;
    if (test === undefined || !DRIVES_CHROMIUM.test(test.file ?? "")) return;
    test.retries(1);
    const name = `${test.file ?? ""} ${test.fullTitle()}`;
    if (begun.has(name)) console.warn(`    ONCE MORE: ${test.title}`);
    begun.add(name);
  },
};
