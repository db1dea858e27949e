import { sheetPdf } from "./sheetPdf.ts";

/** Built as a script of its own, which loadSheet.ts brings in when a sheet is asked for. */
globalThis.lianpiaoSheet = sheetPdf;
