import { z } from "zod";
import { declareFailSteps, failSteps, followFailSteps, numberFailSteps } from "./app/ports.ts";
import { declarationPeriods } from "./domain/declaration.ts";
import { DEFAULT_KEEPING_YEARS } from "./domain/keeping.ts";
import { newForOldModes } from "./domain/newForOld.ts";

const steps = z.enum([...failSteps, ...numberFailSteps, ...declareFailSteps, ...followFailSteps]);
const roles = ["http", "render", "anchor", "deliver", "declare"] as const;
const whole = (fallback: number, least: number, most: number) =>
  z.coerce.number().int().min(least).max(most).default(fallback);
const flag = (fallback: boolean) =>
  z
    .enum(["true", "false"])
    .default(fallback ? "true" : "false")
    .transform((text) => text === "true");
const keptKind = (text: string): [kind: string, years: number] => {
  const [kind = "", years] = text.split("=");
  return [kind, Number(years)];
};
const privateKey = z.string().regex(/^0x[0-9a-fA-F]{64}$/, "0x and 64 hexadecimal digits");

const Environment = z
  .object({
    /** Where the embedded database, chain, documents and keys live. */
    DATA_DIR: z.string().min(1).default("data"),
    HOST: z.string().min(1).default("127.0.0.1"),
    PORT: whole(3000, 0, 65_535),
    /** Origin of the public pages, printed in QR codes; http://localhost:PORT if not given. */
    PUBLIC_URL: z.url().optional(),
    ROLES: z
      .string()
      .default(roles.join(","))
      .transform((text) => text.split(","))
      .pipe(z.array(z.enum(roles)).min(1)),
    /** Replaces the embedded PostgreSQL. */
    DATABASE_URL: z.string().min(1).optional(),
    /** Replaces the embedded chain; then ANCHORER_KEY and LEDGER_ADDRESS (or BUREAU_KEY) are needed. */
    CHAIN_RPC_URL: z.url().optional(),
    /** Where the embedded chain listens on the loopback interface; 0: any free port. */
    CHAIN_PORT: whole(8545, 0, 65_535),
    LEDGER_ADDRESS: z
      .string()
      .regex(/^0x[0-9a-fA-F]{40}$/, "0x and 40 hexadecimal digits")
      .optional(),
    ANCHORER_KEY: privateKey.optional(),
    BUREAU_KEY: privateKey.optional(),
    /** Sends what units have signed (declarations, exchange to paper); needs no role, only what the chain's gas costs. */
    REGISTRAR_KEY: privateKey.optional(),
    /** The account of who reimburses, for `npm run claim` alone: the service does not use it. */
    CLAIMANT_KEY: privateKey.optional(),
    /** How often units declare their totals, after the end of each period in Asia/Shanghai … */
    DECLARE_EVERY: z.enum(declarationPeriods).default("month"),
    /** … and how long after it. */
    DECLARE_DELAY_MS: whole(3_600_000, 0, 28 * 86_400_000),
    /** How long fewer red-letter receipts than DECLARE_MIN_RECEIPTS hold a declaration back: alone it would tell their amounts. */
    DECLARE_RED_DELAY_MS: whole(92 * 86_400_000, 0, 366 * 86_400_000),
    /** 核旧领新: a unit with numbers of ended periods (DECLARE_EVERY) that are not written off, or not declared, gets no new ones … */
    NEW_FOR_OLD: z.enum(newForOldModes).default("warn"),
    /** … so long after the period's end. */
    NEW_FOR_OLD_GRACE_MS: whole(10 * 86_400_000, 0, 366 * 86_400_000),
    /** For so many years receipts are kept … */
    KEEP_YEARS: whole(DEFAULT_KEEPING_YEARS, 1, 100),
    /** … and of some kinds for others: "outpatient=15,donation=10". */
    KEEP_YEARS_BY_KIND: z
      .string()
      .regex(
        /^([a-z][A-Za-z0-9]{0,39}=[1-9]\d?)(,[a-z][A-Za-z0-9]{0,39}=[1-9]\d?)*$/,
        "kind=years, separated by commas",
      )
      .optional()
      .transform((text) => new Map((text?.split(",") ?? []).map(keptKind))),
    CONFIRMATIONS: whole(0, 0, 1_000),
    /** Opens the keystore; a random one is kept in DATA_DIR/keys if not given. */
    KEYSTORE_PASSPHRASE: z.string().min(12).optional(),
    ANCHOR_INTERVAL_MS: whole(5_000, 50, 3_600_000),
    ANCHOR_MAX_RECEIPTS: whole(5_000, 1, 1_000_000),
    RENDER_THREADS: whole(2, 1, 64),
    /** How far the clock of a signed request may be off. */
    SIGNATURE_WINDOW_S: whole(300, 5, 3_600),
    /** How many proxies of ours stand before the program: so many addresses of X-Forwarded-For are believed. */
    TRUSTED_HOPS: whole(0, 0, 8),
    /** smtp://user:password@host:port or smtps://…: receipts are sent by e-mail, from MAIL_FROM. */
    SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
    MAIL_FROM: z.string().min(3).max(200).optional(),
    /** Whether the e-mail carries the PDF beside the link. */
    MAIL_ATTACH_PDF: flag(true),
    /** Where text messages are posted, signed with SMS_SECRET (docs/delivery.md). */
    SMS_URL: z.url({ protocol: /^https?$/ }).optional(),
    SMS_SECRET: z.string().min(16).optional(),
    /** A rendered receipt waits so long for its anchor before it is sent without its proof. */
    SEAL_WAIT_MS: whole(60_000, 0, 86_400_000),
    /** Lets units register webhooks at private addresses, there by http too: for a service inside their own network. */
    WEBHOOK_ALLOW_PRIVATE: flag(false),
    /** Admits the demo units on an empty database. */
    DEMO_UNITS: flag(true),
    /** Marks every receipt as a sample. */
    SAMPLE: flag(true),
    LOG_LEVEL: z.enum(["debug", "info", "warn", "error", "silent"]).default("info"),
    RESEND_AFTER_MS: whole(2_000, 50, 3_600_000),
    REPLACE_AFTER_MS: whole(60_000, 100, 86_400_000),
    /** For the fault tests: "step:n" kills the program at the n-th passing of a step. */
    FAILPOINT: z
      .templateLiteral([steps, ":", z.number().int()])
      .transform((text) => {
        const [step, passing] = text.split(":");
        return { step: steps.parse(step), passing: Number(passing) };
      })
      .optional(),
  })
  .superRefine((value, context) => {
    for (const [one, other] of [
      ["SMTP_URL", "MAIL_FROM"],
      ["SMS_URL", "SMS_SECRET"],
    ] as const) {
      if (value[one] === undefined || value[other] !== undefined) continue;
      context.addIssue({ code: "custom", path: [other], message: `is needed with ${one}` });
    }
    for (const other of ["ANCHORER_KEY", "BUREAU_KEY"] as const) {
      if (value.REGISTRAR_KEY === undefined || value.REGISTRAR_KEY !== value[other]) continue;
      const message = `is another key than ${other}, whose transactions are counted elsewhere`;
      context.addIssue({ code: "custom", path: ["REGISTRAR_KEY"], message });
    }
    if (value.CHAIN_RPC_URL === undefined) return;
    if (value.ANCHORER_KEY === undefined) {
      context.addIssue({ code: "custom", path: ["ANCHORER_KEY"], message: "is needed with CHAIN_RPC_URL" });
    }
    if (value.LEDGER_ADDRESS === undefined && value.BUREAU_KEY === undefined) {
      const message = "with CHAIN_RPC_URL either the contract's address or BUREAU_KEY, to deploy it, is needed";
      context.addIssue({ code: "custom", path: ["LEDGER_ADDRESS"], message });
    }
  });

/** The program's settings, from the environment. */
export type Config = Readonly<z.infer<typeof Environment>>;

/**
 * Samples only, a database of its own, no gateway to the world, and all in one process: then mail and messages go to a sandbox.
 * One real channel is enough for none: its payers' one-time codes must not be read on a page.
 */
export function isTriedOut({ SAMPLE, DATABASE_URL, SMTP_URL, SMS_URL, ROLES }: Config): boolean {
  const isConnected = DATABASE_URL !== undefined || SMTP_URL !== undefined || SMS_URL !== undefined;
  return SAMPLE && !isConnected && ROLES.includes("http") && ROLES.includes("deliver");
}

/** Thrown with one line for each variable that is wrong. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/** Parses the environment; empty variables count as absent. @throws ConfigError naming every problem */
export function parseConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ""),
  );
  const parsed = Environment.safeParse(given);
  if (parsed.success) return Object.freeze(parsed.data);
  const lines = parsed.error.issues.map((issue) => `${issue.path.join(".") || "environment"}: ${issue.message}`);
  throw new ConfigError(`配置有误 (configuration is wrong):\n  ${lines.join("\n  ")}`);
}
