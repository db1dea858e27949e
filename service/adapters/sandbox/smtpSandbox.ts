import PostalMime from "postal-mime";
import { SMTPServer } from "smtp-server";
import type { SandboxMessage } from "../../app/sandboxPorts.ts";

export type SandboxPart = { readonly url: string; stop(): Promise<void> };
export type Keep = (message: Omit<SandboxMessage, "receivedAtMs">) => void;

/** A receipt with many list pages is a few megabytes. */
const MOST_BYTES = 32 * 1024 * 1024;
/** One second for mails under way when the program stops. */
const CLOSE_MS = 1_000;

/** Takes every mail (RFC 5321) that comes from this machine, and passes none on. */
export async function startSmtpSandbox(keep: Keep): Promise<SandboxPart> {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS", "AUTH"],
    size: MOST_BYTES,
    closeTimeout: CLOSE_MS,
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("error", done);
      stream.on("end", () => {
        const to = session.envelope.rcptTo.map(({ address }) => address).join(", ");
        read(Buffer.concat(chunks), to)
          .then(keep)
          .then(() => done(), done);
      });
    },
  });
  // A client that goes away in the middle is no matter here: it sends again.
  server.on("error", () => undefined);
  await new Promise<void>((resolve, reject) => {
    server.server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `smtp://127.0.0.1:${port}`,
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}

async function read(raw: Buffer, to: string): Promise<Omit<SandboxMessage, "receivedAtMs">> {
  const { subject = "", text = "", attachments } = await PostalMime.parse(raw);
  const files = attachments.map(({ filename, content }) => ({ name: filename ?? "", byteCount: lengthOf(content) }));
  return { channel: "email", to, subject, text, attachments: files };
}

function lengthOf(content: ArrayBuffer | Uint8Array | string): number {
  return typeof content === "string" ? Buffer.byteLength(content) : content.byteLength;
}
