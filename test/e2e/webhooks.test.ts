import { expect } from "chai";
import { makeTestFolder } from "../support/database.ts";
import { clientOf, endLeftovers, sampleOf, startProgram, until, type Program } from "../support/program.ts";
import { startWebhookReceiver, type WebhookReceiver } from "../support/webhookReceiver.ts";

describe("webhooks of the program that users run", function () {
  this.timeout(180_000);
  const folder = makeTestFolder("webhooks");
  const env = { WEBHOOK_ALLOW_PRIVATE: "true", ROLES: "http,render,anchor,deliver" };
  let receiver: WebhookReceiver;
  let program: Program;
  before(async () => {
    receiver = await startWebhookReceiver();
    program = await startProgram({ dataDir: folder.dir, env });
  });
  after(async () => {
    await receiver.stop();
    await program.stop();
    await endLeftovers();
    folder.remove();
  });

  it("sends an event again under its id after kill -9 between sending and marking, then all others in order", async () => {
    const client = await clientOf(program, folder.dir);
    const registered = await client.call("POST", "/v1/webhooks", { url: `${receiver.url}/hook` });
    expect(registered.status).to.equal(201);
    const { secret } = (await registered.json()) as { secret: string };
    receiver.secrets.set("/hook", secret);
    let open = (): void => undefined;
    receiver.gate = new Promise((resolve) => (open = resolve));
    for (let n = 0; n < 3; n++) {
      const answer = await client.call("POST", "/v1/receipts", sampleOf("outpatient", n, `E2E-${n}`));
      expect(answer.status, await answer.text()).to.equal(201);
    }
    await until(() => receiver.received.length === 1, "the first event");
    await program.kill();
    open();
    receiver.gate = Promise.resolve();
    program = await startProgram({ dataDir: folder.dir, env });
    await until(() => new Set(receiver.ids()).size === 6, "issue and anchor of three receipts");
    const ids = receiver.ids();
    expect(ids).to.have.length(7);
    expect(ids[1]).to.equal(ids[0]);
    expect(ids.slice(1).map((id) => Number(id.split("_")[1]))).to.deep.equal([1, 2, 3, 4, 5, 6]);
    const kinds = receiver.received.slice(1).map(({ event }) => `${event.type} ${event.data.eInvoiceNumber}`);
    expect(kinds).to.have.members(
      ["issued", "anchored"].flatMap((type) => [1, 2, 3].map((n) => `receipt.${type} ${String(n).padStart(10, "0")}`)),
    );
    expect(program.output()).not.to.include(secret.slice(6));
  });
});
