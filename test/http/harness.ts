import { generateKeyPairSync, randomBytes } from "node:crypto";
import { expect } from "chai";
import type { Renderer } from "../../service/app/ports.ts";
import type { Receipt, Unit } from "../../service/app/storePorts.ts";
import { deskSecrets } from "../../service/adapters/system/deskSecrets.ts";
import { createBell } from "../../service/adapters/system/bell.ts";
import { createSegmentTrees } from "../../service/app/segmentTrees.ts";
import { systemHash } from "../../service/adapters/system/hash.ts";
import type { Deps } from "../../service/app/deps.ts";
import { builtinKinds } from "../../service/domain/kinds/builtin.ts";
import { sampleInput } from "../../service/domain/samples.ts";
import type { IssueInput } from "../../service/domain/receipt.ts";
import { createApp, type AppOptions } from "../../service/http/app.ts";
import { listen, type HttpServer } from "../../service/http/server.ts";
import { createClient, createSigner, type Client, type Credential, type Signer } from "../../scripts/client.ts";
import { testBook, testUnit } from "../support/fixtures.ts";
import { FakeStore } from "./fakeStore.ts";

/** The clock stands at a moment of 2026 in Shanghai, unless a test moves it. */
export const NOW_MS = Date.parse("2026-03-06T10:21:33.120+08:00");
export const CODE = 44060126;
export const CONTRACT = `0x${"5f".repeat(20)}`;

export const hospitalKey: Credential = {
  appId: "hospital",
  algorithm: "hmac-sha256",
  secretHex: randomBytes(32).toString("hex"),
};
const pair = generateKeyPairSync("ed25519");
export const clinicKey: Credential = {
  appId: "clinic",
  algorithm: "ed25519",
  privateKeyPem: pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
};

export type LogLine = { readonly level: string; readonly event: string; readonly fields: Record<string, unknown> };

/** The app on a real socket over a store in memory: unit 1 is "hospital" (HMAC), unit 2 "clinic" (Ed25519). */
export type Harness = {
  readonly url: string;
  readonly port: number;
  readonly store: FakeStore;
  readonly hospital: Client;
  readonly clinic: Client;
  readonly signer: Signer;
  readonly blobs: Map<string, Uint8Array>;
  readonly logLines: LogLine[];
  readonly clock: { nowMs: number };
  readonly deps: Deps;
  readonly stop: () => Promise<void>;
};

export async function startHarness(options: Partial<AppOptions> = {}): Promise<Harness> {
  const store = new FakeStore();
  const kinds = builtinKinds.map((kind) => kind.id);
  const units: readonly Unit[] = [1, 2].map((unitId) => ({ ...testUnit(unitId), kinds }));
  for (const unit of units) store.units.set(unit.unitId, unit);
  const codes = { outpatient: CODE, inpatient: 44060226, penalty: 44020126, nontax: 44010126 };
  store.bookList = units.flatMap(({ unitId }, at) =>
    Object.entries(codes).map(([kind, code], index) => {
      const first = 1 + at * 1000;
      return testBook({ bookId: at * 10 + index + 1, unitId, kind, code, first, last: first + 999 });
    }),
  );
  const key = Buffer.from(hospitalKey.algorithm === "hmac-sha256" ? hospitalKey.secretHex : "", "hex");
  // "Sealed" by turning every bit over.
  store.appKeys.set("hospital", {
    appId: "hospital",
    unitId: 1,
    algorithm: "hmac-sha256",
    key: key.map((b) => b ^ 255),
  });
  const x = Buffer.from(pair.publicKey.export({ format: "jwk" }).x ?? "", "base64url");
  store.appKeys.set("clinic", { appId: "clinic", unitId: 2, algorithm: "ed25519", key: x });

  const clock = { nowMs: NOW_MS };
  const blobs = new Map<string, Uint8Array>();
  const logLines: LogLine[] = [];
  const deps = makeDeps(store, clock, blobs, logLines);
  const app = createApp({
    deps,
    openSecret: (sealed) => sealed.map((byte) => byte ^ 255),
    probes: [],
    version: "0.1.0-test",
    ...options,
  });
  const server: HttpServer = await listen(app, "127.0.0.1", 0);
  const url = `http://127.0.0.1:${server.port}`;
  const at =
    (signer: Signer): Signer =>
    (request, moment) =>
      signer(request, moment ?? { createdS: Math.floor(clock.nowMs / 1000), nonce: randomBytes(12).toString("hex") });
  return {
    url,
    port: server.port,
    store,
    hospital: createClient(hospitalKey, url, { signer: at(createSigner(hospitalKey)) }),
    clinic: createClient(clinicKey, url, { signer: at(createSigner(clinicKey)) }),
    signer: at(createSigner(hospitalKey)),
    blobs,
    logLines,
    clock,
    deps,
    stop: () => server.close(),
  };
}

function makeDeps(
  store: FakeStore,
  clock: { nowMs: number },
  blobs: Map<string, Uint8Array>,
  logLines: LogLine[],
): Deps {
  const port = store.port();
  const line =
    (level: string) =>
    (event: string, fields: Readonly<Record<string, unknown>> = {}) => {
      logLines.push({ level, event, fields });
    };
  const renderer: Renderer = {
    missingCharacters: (texts) => [...new Set(texts.join(""))].filter((character) => character === "\u{20000}"),
    render: () => Promise.reject(new Error("not rendered here")),
    stop: () => Promise.resolve(),
  };
  const rest = { chainId: 31337, contract: CONTRACT, anchorer: CONTRACT };
  return {
    clock: { nowMs: () => clock.nowMs },
    random: { bytes: (count) => randomBytes(count) },
    bell: createBell(),
    log: { info: line("info"), warn: line("warn"), error: line("error") },
    store: port,
    renderer,
    pictures: { draw: () => Promise.reject(new Error("not drawn here")), stop: () => Promise.resolve() },
    blobs: { get: (name) => Promise.resolve(blobs.get(name)?.slice()) } as Deps["blobs"],
    ledger: rest as Deps["ledger"],
    reader: {} as Deps["reader"],
    ledgerSigner: {} as Deps["ledgerSigner"],
    unitLedger: {} as Deps["unitLedger"],
    hash: systemHash,
    contacts: {
      seal: (text) => Buffer.from(text),
      open: (bytes) => Buffer.from(bytes).toString(),
      mac: () => new Uint8Array(32),
    },
    channels: {},
    webhooks: {
      makeSecret: () => ({ text: `whsec_${"A".repeat(43)}=`, sealed: new Uint8Array(32) }),
      faultOf: () => Promise.resolve(undefined),
      post: () => Promise.resolve({ kind: "taken" }),
    },
    deskSecrets,
    segmentTrees: createSegmentTrees(port),
    failpoint: () => undefined,
    kinds: new Map(builtinKinds.map((kind) => [kind.id, kind])),
    catalogues: new Map(),
    settings: {
      publicUrl: "https://receipts.example",
      qrPlace: { origin: "https://receipts.example", template: "1", appId: "test" },
      qrMac: () => new Uint8Array(32).fill(0xa5),
      checkMac: () => new Uint8Array(32).fill(0x5a),
      confirmations: 0,
      anchorMaxReceipts: 100,
      resendAfterMs: 1000,
      replaceAfterMs: 1000,
      isPdfAttached: true,
      sealWaitMs: 0,
      newForOld: { onBreach: "refuse", every: "month", graceMs: 0 },
      holder: "test",
    },
  };
}

/** A request that is accepted without a warning. */
export function goodInput(busNo: string, kind = "outpatient"): IssueInput {
  return { ...sampleInput(kind, 0), busNo };
}

export type Answer = { readonly status: number; readonly headers: Headers; readonly json: Record<string, never> };

export async function answerOf(response: Response): Promise<Answer> {
  return { status: response.status, headers: response.headers, json: (await response.json()) as Record<string, never> };
}

/** Expects a problem of this status and code, well-formed by RFC 9457; gives its body. */
export async function expectProblem(
  response: Response,
  status: number,
  code: string,
): Promise<{
  readonly errors: readonly { pointer: string; code: string; message: string }[];
  [name: string]: unknown;
}> {
  const body = (await response.json()) as Record<string, unknown>;
  expect(body["code"], JSON.stringify(body)).to.equal(code);
  expect(response.status).to.equal(status);
  expect(response.headers.get("content-type")).to.equal("application/problem+json; charset=utf-8");
  expect(body["status"]).to.equal(status);
  expect(body["type"]).to.equal(`https://receipts.example/docs/problems#${code}`);
  expect(body["title"]).to.be.a("string").with.length.greaterThan(3);
  expect(body["detail"]).to.be.a("string").with.length.greaterThan(3);
  expect(body["requestId"]).to.equal(response.headers.get("x-request-id"));
  return body as never;
}

/** Issues one receipt for unit 1 and gives it as the store has it. */
export async function issued(harness: Harness, busNo: string, kind = "outpatient"): Promise<Receipt> {
  const response = await harness.hospital.call("POST", "/v1/receipts", goodInput(busNo, kind));
  expect(response.status, await response.clone().text()).to.equal(201);
  const receipt = harness.store.byBusNo(1, busNo);
  if (receipt === undefined) throw new Error("it was not stored");
  return receipt;
}
