import type { Text } from "../../core/reportTexts.ts";
import { yuanGrouped } from "../../domain/money.ts";

export const words = (zh: string, en: string): Text => ({ zh, en });

/** "0x1a2b3c…9f01": enough to compare by eye. */
export function shortHex(hex: string, digits = 6): string {
  return hex.length <= 2 * digits + 2 ? hex : `${hex.slice(0, 2 + digits)}…${hex.slice(-4)}`;
}

/** "¥1,246.21" */
export const yuan = (fen: number): string => `¥${yuanGrouped(fen)}`;

/** Beijing time to the second, with its zone: "2026-03-06 10:21:33 (UTC+8)". */
export function beijingTime(timeMs: number): string {
  const shifted = new Date(timeMs + 8 * 3_600_000);
  return Number.isNaN(shifted.getTime()) ? "-" : `${shifted.toISOString().slice(0, 19).replace("T", " ")} (UTC+8)`;
}

/** 20260306 as 2026-03-06; what is no such date stays as it is. */
export function dashedDate(text: string): string {
  return text.replace(/^(\d{4})(\d{2})(\d{2})$/, "$1-$2-$3");
}
