import { readFile } from "node:fs/promises";
import path from "node:path";
import { expect } from "chai";
import { faceProblems } from "../../../service/adapters/pdf/faceProblems.ts";
import { allowKind } from "../../../service/app/allowKind.ts";
import { addKind, changeKind, type KindDeps } from "../../../service/app/changeKind.ts";
import { changeKindCode } from "../../../service/app/changeKindCode.ts";
import { importCatalogue } from "../../../service/app/importCatalogue.ts";
import { openRegister, type Register } from "../../../service/app/register.ts";
import type { Store } from "../../../service/app/storePorts.ts";
import { AppError } from "../../../service/core/errors.ts";
import { parseReceiptFile, RECEIPT_FILE_NAME } from "../../../service/core/receiptFile.ts";
import { readAttachment } from "../../../service/core/pdfAttachments.ts";
import { verifyPdf } from "../../../service/core/verify.ts";
import { createStore } from "../../../service/db/store.ts";
import { builtinKind } from "../../../service/domain/kinds/builtin.ts";
import { sampleInput } from "../../../service/domain/samples.ts";
import { issueDateOf } from "../../../service/domain/fiscalTime.ts";
import { createApp } from "../../../service/http/app.ts";
import { listen, type HttpServer } from "../../../service/http/server.ts";
import { startRegisterWorker } from "../../../service/workers/register.ts";
import type { Worker } from "../../../service/workers/loop.ts";
import { createClient, type Client, type Credential } from "../../../scripts/client.ts";
import { fonts } from "../../adapters/pdf/faceSamples.ts";
import { needTools, pagesOf } from "../../adapters/pdf/tools.ts";
import { startPlatform, type Platform } from "../../support/platform.ts";

/** A kind as the bureau hands it in: a file, written by no release of this program. */
const LOTTERY: unknown = {
  ...(JSON.parse(JSON.stringify(builtinKind("nontax"))) as object),
  id: "welfareLottery",
  eInvoiceName: { zh: "福利彩票公益金票据（电子）", en: "Welfare lottery receipt (electronic)" },
  classCode: "02",
  kindCode: "77",
  isConfirmed: false,
  mainExt: [
    {
      ...{
        name: "drawNumber",
        zh: "彩票期号",
        en: "Draw",
        type: "text",
        maxLength: 10,
        charset: "digits",
        choices: [],
      },
      ...{ isRequired: true, isOnFace: true, isPersonal: false },
    },
  ],
};

type Json = Readonly<Record<string, unknown>>;
type Issued = { eInvoiceCode: string; eInvoiceNumber: string; status: string; kind: string };

describe("kinds that the bureau adds while the service runs", function () {
  this.timeout(60_000);
  let platform: Platform;
  let server: HttpServer;
  let worker: Worker;
  let client: Client;
  /** Another program on the same database: the bureau's command. */
  let bureau: { readonly store: Store; readonly register: Register; readonly deps: KindDeps };

  before(async () => {
    platform = await startPlatform();
    const { deps, keystore, register } = platform;
    const openSecret = (sealed: Uint8Array): Uint8Array => keystore.openSecret(sealed);
    server = await listen(createApp({ deps, openSecret, probes: [], version: "test" }), "127.0.0.1", 0);
    worker = startRegisterWorker(deps, register);
    const keyFile = path.join(path.dirname(platform.documentsDir), "demo", "demo-society.json");
    const key = JSON.parse(await readFile(keyFile, "utf8")) as Credential;
    client = createClient(key, `http://127.0.0.1:${server.port}`);
    const store = createStore(await platform.database.again(), () => undefined);
    const own = await openRegister({ store, log: deps.log });
    const { book } = fonts();
    const kindDeps = { store, register: own, clock: deps.clock, faceProblems: faceProblems.bind(undefined, book) };
    bureau = { store, register: own, deps: kindDeps };
  });
  after(async () => {
    await worker.stop();
    await server.close();
    await platform.stop();
  });

  async function kindsSeen(): Promise<readonly Json[]> {
    const response = await client.call("GET", "/v1/kinds?limit=100");
    expect(response.status).to.equal(200);
    return ((await response.json()) as { kinds: Json[] }).kinds;
  }

  /** Waits until the service shows the kind so. */
  async function seen(kind: string, over: Json): Promise<Json> {
    for (const deadlineMs = Date.now() + 15_000; ;) {
      const found = (await kindsSeen()).find((one) => one["kind"] === kind);
      if (found !== undefined && Object.entries(over).every(([name, value]) => found[name] === value)) return found;
      if (Date.now() > deadlineMs) throw new Error(`${kind} is not seen as ${JSON.stringify(over)}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  function input(busNo: string, kind = "welfareLottery"): object {
    const base = sampleInput("nontax", 0, issueDateOf(Date.now()));
    return { ...base, kind, busNo, mainExt: { drawNumber: "2026088" } };
  }

  async function issue(busNo: string): Promise<Issued> {
    const response = await client.call("POST", "/v1/receipts", input(busNo));
    expect(response.status, await response.clone().text()).to.equal(201);
    return (await response.json()) as Issued;
  }

  async function pdfOf({ eInvoiceCode, eInvoiceNumber }: Issued): Promise<Uint8Array> {
    const response = await client.call("GET", `/v1/receipts/${eInvoiceCode}/${eInvoiceNumber}/pdf`);
    expect(response.status).to.equal(200);
    expect(response.headers.get("lianpiao-sealed")).to.equal("true");
    return new Uint8Array(await response.arrayBuffer());
  }

  async function settle(): Promise<void> {
    await platform.renderAll();
    await platform.anchorAll();
  }

  it("are refused with the fields that are wrong, and seen by nobody", async () => {
    const bad = { ...(LOTTERY as Json), classCode: "2", mainExt: [{ name: "Draw" }] };
    const error = await addKind(bureau.deps, bad, "bureau").catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(AppError).with.property("code", "kind_invalid");
    const { problems } = (error as AppError).details as { problems: { pointer: string }[] };
    expect(problems.map(({ pointer }) => pointer)).to.include.members(["/classCode", "/mainExt/0/name"]);
    const overfull = { ...(LOTTERY as Json), face: { ...builtinKind("nontax")!.face, maxRows: 40 } };
    expect(await codeOf(addKind(bureau.deps, overfull, "bureau"))).to.equal("kind_invalid");
    const unusual = { ...(LOTTERY as Json), eInvoiceName: { zh: "🙂票据", en: "x" } };
    expect(await codeOf(addKind(bureau.deps, unusual, "bureau"))).to.equal("kind_invalid");
    expect((await kindsSeen()).map(({ kind }) => kind)).not.to.include("welfareLottery");
  });

  it("are issued, drawn, anchored and verified without a restart or a release", async () => {
    const unknown = await client.call("POST", "/v1/receipts", input("early"));
    expect(unknown.status).to.equal(422);
    await addKind(bureau.deps, LOTTERY, "bureau");
    expect(await seen("welfareLottery", { isAuthorised: false })).to.include({ codeNote: "示例", version: "01" });
    expect(
      ((await (await client.call("POST", "/v1/receipts", input("early"))).json()) as Json)["errors"],
    ).to.have.nested.property("[0].code", "kind_not_authorised");
    const society = await platform.unitOf("demo-society");
    const unit = await allowKind(bureau, society.creditCode, "welfareLottery");
    await platform.grant(unit, { kind: "welfareLottery", first: 1, last: 100, lowWater: 5 });
    const issued = await issue("first");
    expect(issued.eInvoiceCode.slice(0, 6)).to.equal("440277");
    await settle();
    const pdf = await pdfOf(issued);
    const { chainId, contract } = platform.ledger;
    const report = await verifyPdf(pdf, {
      reader: platform.deps.reader,
      trustedContract: { chainId, address: contract },
      nowMs: Date.now(),
    });
    expect(report.verdict).to.equal("valid");
    const { data } = parseReceiptFile(readAttachment(pdf, RECEIPT_FILE_NAME));
    expect(data).to.include({ eInvoiceName: "广东省福利彩票公益金票据（电子）" });
  });

  it("leave receipts in the version they were issued under, also if they are drawn later", async function () {
    const before = await issue("before the change");
    const edited = { ...(LOTTERY as { mainExt: Json[] }) };
    const [field] = edited.mainExt;
    const change = { ...edited, mainExt: [{ ...field, zh: "开奖期次" }] };
    const changed = await changeKind(bureau.deps, change, "bureau");
    expect(changed.specimenVersion).to.equal("02");
    expect(await codeOf(changeKind(bureau.deps, change, "bureau"))).to.equal("kind_changed_meanwhile");
    expect(await codeOf(changeKind(bureau.deps, changed, "bureau"))).to.equal("kind_unchanged");
    await seen("welfareLottery", { version: "02" });
    const after = await issue("after the change");
    await settle();
    const [old, fresh] = [await pdfOf(before), await pdfOf(after)];
    const versions = [old, fresh].map((pdf) => {
      const { data } = parseReceiptFile(readAttachment(pdf, RECEIPT_FILE_NAME)) as { data: Json };
      return String(data["eInvoiceSpecimenCode"]).slice(8);
    });
    expect(versions).to.deep.equal(["01", "02"]);
    needTools(this, "pdftotext");
    expect(pagesOf(old)[0]).to.include("彩票期号").and.include("2026088").and.not.include("开奖期次");
    expect(pagesOf(fresh)[0]).to.include("开奖期次").and.include("2026088");
  });

  it("take a region's code, also one that another kind has: each kind uses its own books", async () => {
    const society = await platform.unitOf("demo-society");
    const deps = { ...bureau, clock: platform.deps.clock };
    const code = { kindId: "welfareLottery", region: "44", classCode: "07", kindCode: "01", isConfirmed: true };
    expect(await changeKindCode(deps, code, "bureau")).to.deep.equal([society.name]);
    await seen("welfareLottery", { isConfirmed: true, codeNote: "" });
    const without = await client.call("POST", "/v1/receipts", input("no book of the code"));
    expect(await without.json()).to.include({ status: 503, code: "no_numbers" });
    await platform.grant(society, { kind: "welfareLottery", first: 5_000_001, last: 5_000_010, lowWater: 1 });
    const issued = await issue("of the new code");
    expect([issued.eInvoiceCode.slice(0, 6), issued.eInvoiceNumber]).to.deep.equal(["440701", "0005000001"]);
    const dues = { ...sampleInput("societyDues", 0, issueDateOf(Date.now())), busNo: "dues of the same code" };
    const own = (await (await client.call("POST", "/v1/receipts", dues)).json()) as Issued;
    expect([own.eInvoiceCode.slice(0, 6), own.eInvoiceNumber]).to.deep.equal(["440701", "0000000001"]);
    const { stock } = (await (await client.call("GET", "/v1/books")).json()) as { stock: Json[] };
    const of0701 = stock.filter(({ eInvoiceCode }) => String(eInvoiceCode).startsWith("440701"));
    expect(of0701.map(({ kind, left }) => [kind, left])).to.have.deep.members([
      ["societyDues", 999_999],
      ["welfareLottery", 9],
    ]);
    await settle();
    expect((await platform.current({ code: Number(issued.eInvoiceCode), number: 5_000_001 })).anchoring).not.to.equal(
      undefined,
    );
    expect(await platform.alarms()).to.deep.equal([]);
  });

  it("are held to the region's catalogue of items as soon as it speaks of them", async () => {
    const head = "itemCode,itemName,kinds,minStd,maxStd,validFrom,validThrough,units";
    const row = "103042750,普通高中学费,welfareLottery,1260,1260,,,";
    const deps = { ...bureau, clock: platform.deps.clock };
    expect(await importCatalogue(deps, "44", `${head}\n${row}\n`, "bureau")).to.deep.equal({
      edition: 1,
      itemCount: 1,
    });
    await platform.register.refresh();
    const refused = (await (await client.call("POST", "/v1/receipts", input("lodging"))).json()) as Json;
    expect(refused["errors"]).to.have.lengthOf(1);
    expect(refused["errors"]).to.have.nested.property("[0].code", "a13_item_unknown");
    expect(refused["errors"]).to.have.nested.property("[0].pointer", "/items/1/itemCode");
    const dues = { ...sampleInput("societyDues", 1, issueDateOf(Date.now())), busNo: "a kind it says nothing of" };
    expect((await client.call("POST", "/v1/receipts", dues)).status).to.equal(201);
    await importCatalogue(deps, "44", `${head}\n`, "bureau");
    await platform.register.refresh();
    expect((await issue("lodging")).status).to.equal("issued");
  });
});

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => "done",
    (error: unknown) => (error instanceof AppError ? error.code : String(error)),
  );
}
