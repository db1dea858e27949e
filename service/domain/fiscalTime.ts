import { AppError } from "../core/errors.ts";

const OFFSET_MS = 8 * 3_600_000;
const DAY_MS = 86_400_000;
/** 2000-01-01 to 2099-12-31 in Asia/Shanghai: the years that a receipt code can tell. */
const FIRST_MS = Date.UTC(2000, 0, 1) - OFFSET_MS;
const END_MS = Date.UTC(2100, 0, 1) - OFFSET_MS;

/** Whole days since 1970-01-01; what dates are counted in. */
export type DayNumber = number;

/** The year in Asia/Shanghai (+08:00, no summer time since 1991). Throws time_out_of_range outside 2000 to 2099. */
export function yearOf(ms: number): number {
  return Number(iso(ms).slice(0, 4));
}

/** yyyyMMdd in Asia/Shanghai. Throws time_out_of_range outside 2000 to 2099. */
export function issueDateOf(ms: number): string {
  return iso(ms).slice(0, 10).replaceAll("-", "");
}

/** HH:mm:ss in Asia/Shanghai. Throws time_out_of_range outside 2000 to 2099. */
export function issueTimeOf(ms: number): string {
  return iso(ms).slice(11, 19);
}

/** The day of a real date yyyyMMdd or yyyy-MM-dd (years 1900 to 2099); undefined if there is no such day. */
export function dayOf(text: string): DayNumber | undefined {
  const match = /^(\d{4})(-?)(\d{2})\2(\d{2})$/.exec(text);
  if (match === null) return undefined;
  const [year, month, date] = [Number(match[1]), Number(match[3]), Number(match[4])];
  if (year < 1900 || year > 2099) return undefined;
  const ms = Date.UTC(year, month - 1, date);
  const day = new Date(ms);
  if (day.getUTCMonth() !== month - 1 || day.getUTCDate() !== date) return undefined;
  return ms / DAY_MS;
}

/** The day as yyyyMMdd. */
export function dateOf(day: DayNumber): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10).replaceAll("-", "");
}

/** A date as yyyyMMdd; undefined if there is no such day. */
export function parseDate(text: string): string | undefined {
  const day = dayOf(text);
  return day === undefined ? undefined : dateOf(day);
}

/** A date and time, yyyyMMddHHmmss or yyyy-MM-dd HH:mm:ss, as yyyyMMddHHmmss; undefined if there is no such moment. */
export function parseDateTime(text: string): string | undefined {
  const match = /^(\d{8}|\d{4}-\d{2}-\d{2} )(\d{2})(:?)(\d{2})\3(\d{2})$/.exec(text);
  if (match === null) return undefined;
  const [, dateText = "", hour = "", colon = "", minute = "", second = ""] = match;
  if (dateText.endsWith(" ") !== (colon === ":")) return undefined;
  const date = parseDate(dateText.trim());
  if (date === undefined || hour > "23" || minute > "59" || second > "59") return undefined;
  return date + hour + minute + second;
}

function iso(ms: number): string {
  if (!Number.isFinite(ms) || ms < FIRST_MS || ms >= END_MS) {
    throw new AppError("time_out_of_range", "the time of issue must lie in the years 2000 to 2099");
  }
  return new Date(ms + OFFSET_MS).toISOString();
}
