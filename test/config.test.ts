import { expect } from "chai";
import { ConfigError, isTriedOut, parseConfig } from "../service/config.ts";

const KEY = `0x${"1".repeat(64)}`;
const ADDRESS = `0x${"a".repeat(40)}`;
type Environment = Readonly<Record<string, string>>;

describe("the configuration", () => {
  /** The variables that are named, each at the start of a line of its own. */
  const wrong = (environment: Environment): string[] => {
    try {
      parseConfig(environment);
      return [];
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      return [...error.message.matchAll(/^ {2}(\w+)/gm)].map((match) => match[1]!);
    }
  };

  it("needs nothing, and gives everything its default", () => {
    expect(parseConfig({})).to.deep.include({
      ...{ DATA_DIR: "data", HOST: "127.0.0.1", PORT: 3000, CHAIN_PORT: 8545, CONFIRMATIONS: 0 },
      ...{ ANCHOR_INTERVAL_MS: 5000, RENDER_THREADS: 2, DEMO_UNITS: true, SAMPLE: true, LOG_LEVEL: "info" },
    });
    expect(parseConfig({}).ROLES).to.include.members(["http", "render", "anchor"]);
    expect(parseConfig({})).not.to.have.any.keys("DATABASE_URL", "CHAIN_RPC_URL", "FAILPOINT", "PUBLIC_URL");
  });

  it("takes an empty variable for an absent one", () => {
    expect(parseConfig({ PORT: "", DATABASE_URL: "", SAMPLE: "" })).to.deep.equal(parseConfig({}));
  });

  it("sends to the sandbox only by itself: samples, its own database, no gateway, all in one process", () => {
    const isTried = (environment: Environment): boolean => isTriedOut(parseConfig(environment));
    expect(isTried({})).to.equal(true);
    expect(isTried({ ROLES: "http,deliver" })).to.equal(true);
    const smtp = { SMTP_URL: "smtp://localhost", MAIL_FROM: "a@b.example" };
    const sms = { SMS_URL: "https://sms.example", SMS_SECRET: "x".repeat(16) };
    const others: readonly Environment[] = [smtp, sms, { SAMPLE: "false" }, { DATABASE_URL: "postgres://x" }];
    for (const other of [...others, { ROLES: "http,render" }, { ROLES: "render,deliver" }]) {
      expect(isTried(other), JSON.stringify(other)).to.equal(false);
    }
  });

  it("can't be changed once it is parsed", () => {
    expect(Object.isFrozen(parseConfig({}))).to.equal(true);
  });

  it("names every wrong variable at once, in words of both languages", () => {
    const environment = { PORT: "http", ROLES: "http,coffee", SAMPLE: "yes", BUREAU_KEY: "0x12", LOG_LEVEL: "loud" };
    expect(wrong(environment)).to.have.members(Object.keys(environment));
    expect(() => parseConfig(environment)).to.throw(ConfigError, /配置有误 \(configuration is wrong\)/);
  });

  const bounds: readonly (readonly [name: string, good: readonly string[], bad: readonly string[]])[] = [
    ["PORT", ["0", "65535"], ["-1", "65536", "1.5", "x"]],
    ["CHAIN_PORT", ["0", "65535"], ["-1", "65536"]],
    ["CONFIRMATIONS", ["0", "1000"], ["-1", "1001"]],
    ["ANCHOR_INTERVAL_MS", ["50", "3600000"], ["49", "3600001"]],
    ["ANCHOR_MAX_RECEIPTS", ["1", "1000000"], ["0", "1000001"]],
    ["DECLARE_RED_DELAY_MS", ["0", "31622400000"], ["-1", "31622400001"]],
    ["NEW_FOR_OLD", ["off", "warn", "refuse"], ["on", "WARN"]],
    ["NEW_FOR_OLD_GRACE_MS", ["0", "31622400000"], ["-1", "31622400001"]],
    ["RENDER_THREADS", ["1", "64"], ["0", "65"]],
    ["SIGNATURE_WINDOW_S", ["5", "3600"], ["4", "3601"]],
    ["KEYSTORE_PASSPHRASE", ["twelve chars"], ["eleven char"]],
    ["ANCHORER_KEY", [KEY], [KEY.slice(0, -1), `${KEY}0`, KEY.slice(2), `0x${"g".repeat(64)}`]],
    ["LEDGER_ADDRESS", [ADDRESS], [ADDRESS.slice(0, -1), `${ADDRESS}0`]],
    ["SAMPLE", ["true", "false"], ["TRUE", "1"]],
    ["ROLES", ["http", "anchor,render"], ["http,", "http, render", "all"]],
    ["PUBLIC_URL", ["https://receipts.example.gov.cn"], ["receipts.example.gov.cn"]],
    ["FAILPOINT", ["signed:1", "marked:20"], ["signed", "signed:x", "lunch:1"]],
  ];
  for (const [name, good, bad] of bounds) {
    it(`takes ${name} up to its bounds, and refuses it past them by its name`, () => {
      for (const value of good) expect(wrong({ [name]: value }), value).to.deep.equal([]);
      for (const value of bad) expect(wrong({ [name]: value }), value).to.include(name);
    });
  }

  it("wants the keys that go with a chain of one's own", () => {
    const CHAIN_RPC_URL = "http://127.0.0.1:8545";
    expect(wrong({ CHAIN_RPC_URL })).to.have.members(["ANCHORER_KEY", "LEDGER_ADDRESS"]);
    expect(wrong({ CHAIN_RPC_URL, ANCHORER_KEY: KEY })).to.deep.equal(["LEDGER_ADDRESS"]);
    expect(wrong({ CHAIN_RPC_URL, ANCHORER_KEY: KEY, LEDGER_ADDRESS: ADDRESS })).to.deep.equal([]);
    expect(wrong({ CHAIN_RPC_URL, ANCHORER_KEY: KEY, BUREAU_KEY: KEY })).to.deep.equal([]);
  });

  it("says of a failpoint at which passing of which step it is", () => {
    expect(parseConfig({ FAILPOINT: "pdf_stored:3" }).FAILPOINT).to.deep.equal({ step: "pdf_stored", passing: 3 });
  });

  it("never shows a secret's value when it refuses it", () => {
    for (const environment of [{ KEYSTORE_PASSPHRASE: "short" }, { BUREAU_KEY: "0xsecret" }]) {
      const [value] = Object.values(environment);
      expect(() => parseConfig(environment))
        .to.throw(ConfigError)
        .with.property("message")
        .not.contain(value);
    }
  });
});
